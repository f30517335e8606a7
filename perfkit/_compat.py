"""What differs between versions of Django; the only file that looks at its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.db.models.fetch_modes import FetchMode

#: Django 6.1 carries a fetch mode from the queryset to its rows.
HAS_FETCH_MODES: bool = django.VERSION >= (6, 1)

if TYPE_CHECKING or HAS_FETCH_MODES:
    from django.core.exceptions import FieldFetchBlocked
else:

    class FieldFetchBlocked(Exception):  # noqa: N818 - the name is Django's
        """Stands in for the exception of Django 6.1, which older versions never raise."""


FETCH_MODE_NAMES = ("one", "peers", "raise")


def fetch_mode_name(mode: object) -> str | FetchMode | None:
    """Return the name of a fetch mode: of a name itself, and of Django's three constants.

    A fetch mode of the user's own, which Django 6.1 allows, is returned as it is; None for
    anything else.
    """
    if isinstance(mode, str):
        return mode if mode in FETCH_MODE_NAMES else None
    if not HAS_FETCH_MODES:
        return None
    from django.db.models import fetch_modes

    constants = (fetch_modes.FETCH_ONE, fetch_modes.FETCH_PEERS, fetch_modes.FETCH_RAISE)
    for name, constant in zip(FETCH_MODE_NAMES, constants, strict=True):
        if mode is constant:
            return name
    return mode if isinstance(mode, fetch_modes.FetchMode) else None


__all__ = [
    "FETCH_MODE_NAMES",
    "HAS_FETCH_MODES",
    "FieldFetchBlocked",
    "fetch_mode_name",
]
