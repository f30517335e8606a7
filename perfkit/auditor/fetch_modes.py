"""The fetch modes by name, on every supported Django: "one", "peers" and "raise".

On Django 6.1 and later they are Django's own, save that "raise" raises
:class:`~perfkit.LazyLoadError` with its finding. Before that the backport provides them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from perfkit._compat import FETCH_MODE_NAMES
from perfkit.auditor.version import NAMED, name_of, put

if TYPE_CHECKING:
    from django.db.models import QuerySet

Q = TypeVar("Q", bound="QuerySet[Any, Any]")


def fetch_mode(name: Any) -> Any:
    """Return the fetch mode of a name, for :func:`with_fetch_mode`.

    A mode is returned as it is. Raises ValueError for an unknown name.
    """
    if not isinstance(name, str):
        return name
    if name not in FETCH_MODE_NAMES:
        choices = ", ".join(map(repr, FETCH_MODE_NAMES))
        raise ValueError(f"A fetch mode is one of {choices}, not {name!r}.")
    return NAMED[name]


def with_fetch_mode(queryset: Q, mode: Any) -> Q:
    """Return a clone of the queryset whose rows have the fetch mode: a name, or Django's object."""
    clone: Q = queryset._chain()  # type: ignore[attr-defined]
    put_fetch_mode(clone, mode)
    return clone


def put_fetch_mode(queryset: Any, mode: Any) -> None:
    """Give a queryset the fetch mode in place, for one that is the caller's own."""
    put(queryset, fetch_mode(mode))


__all__ = ["fetch_mode", "name_of", "put_fetch_mode", "with_fetch_mode"]
