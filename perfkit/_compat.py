"""What differs between the supported versions of Django; the only file that looks at its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django

#: Django 6.1 carries a fetch mode from the queryset to its rows.
HAS_FETCH_MODES: bool = django.VERSION >= (6, 1)

if TYPE_CHECKING or HAS_FETCH_MODES:
    from django.core.exceptions import FieldFetchBlocked
else:

    class FieldFetchBlocked(Exception):
        """Stands in for the exception of Django 6.1, which older versions never raise."""


__all__ = ["HAS_FETCH_MODES", "FieldFetchBlocked"]
