"""Keeps what was derived of change lists, and tells which rows can still be told how to load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from perfkit.keeping import Keeper

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from perfkit.derivation import Derived
    from perfkit.keeping import Kept

__all__ = ["is_open", "keep", "looked_up"]

#: A site may have so many change lists, counting each set of columns that users get.
_keeper = Keeper(most=500)


def keep(key: Hashable, label: str, derive: Callable[[], Derived]) -> Kept:
    """Return what is kept under a key; derive it the first time."""
    return _keeper.keep(key, label, lambda: (derive(), ()))


def is_open(rows: object, model: type[Any]) -> bool:
    """Whether these are rows of the model that are still to be fetched, and can be told how.

    A change list of the project's own may hand over a list, or rows that it fetched already.
    """
    return (
        isinstance(rows, QuerySet)
        and rows.model is model
        and rows._result_cache is None
        and rows._fields is None  # type: ignore[attr-defined]  # set by values()
        and not rows.query.combinator
    )


def looked_up(admin: object, names: Iterable[Any]) -> tuple[Any, ...]:
    """Return names that an admin shows as part of a key: what it sets on itself, not its class, comes first."""
    own = vars(admin)
    return tuple((name, own.get(name)) if isinstance(name, str) else name for name in names)
