"""Keeps what was derived: once for each admin class and set of names, a bounded number of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from django.db.models import QuerySet

from perfkit.apply import apply_loading, locate
from perfkit.compiler import compile_plan
from perfkit.loading import Loading

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from perfkit.derivation import Derived

__all__ = ["Kept", "apply_kept", "is_open", "keep"]

QS = TypeVar("QS", bound="QuerySet[Any]")

#: A site may have so many change lists, counting each set of columns that users get; the one
#: longest unused is derived anew.
MOST = 500
_kept: OrderedDict[Hashable, Kept] = OrderedDict()
_lock = threading.Lock()


class Kept(NamedTuple):
    """What was derived, with the compiled plan that loads it."""

    derived: Derived
    loading: Loading


def keep(key: Hashable, label: str, derive: Callable[[], Derived]) -> Kept:
    """Return what is kept under a key; derive it the first time."""
    with _lock:
        kept = _kept.get(key)
        if kept is not None:
            _kept.move_to_end(key)
            return kept
    derived = derive()
    plan = compile_plan(derived.model, derived.preset, label).plan
    kept = Kept(derived, Loading(plan, (label,)))
    with _lock:
        _kept[key] = kept
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return kept


def apply_kept(queryset: QS, kept: Kept) -> QS:
    """Return the queryset loading what was derived."""
    return locate(apply_loading(queryset, kept.loading, declared=True))


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
