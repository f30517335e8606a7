"""The auditor's fetch mode, for Django 6.1 and later: one object per evaluated queryset.

Django hands a queryset's fetch mode to its rows, to the rows joined to them, and to the rows loaded
lazily from those. Ours wraps the mode that the user chose, and says where the rows came from.
"""

from __future__ import annotations

import copy
import functools
import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.fetch_modes import (
    FETCH_ONE,
    FETCH_PEERS,
    FETCH_RAISE,
    FetchMode,
    FetchOne,
    FetchPeers,
    FetchRaise,
)
from django.db.models.query import ModelIterable

from perfkit.auditor import kinds
from perfkit.auditor.context import current_scope, get_current, reset_current, set_current
from perfkit.auditor.loads import Load, begin, run, scope_for, stop
from perfkit.auditor.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from perfkit.auditor.rows import Rows


class AuditedMode(FetchMode):
    """A fetch mode that reports what is loaded lazily, then lets the wrapped mode load it.

    It compares and hashes as the mode that it wraps, since projects (and Django's tests) compare
    modes; and it pickles and copies as that mode, so that a pickle holds nothing of perfkit.
    """

    __slots__ = ("lean", "one", "rows", "track_peers", "wrapped")

    def __init__(self, wrapped: FetchMode, rows: Rows) -> None:
        self.wrapped = wrapped
        self.rows = rows
        self.track_peers = wrapped.track_peers
        #: Whether it is Django's plain mode, which is spared two calls.
        self.one = wrapped is FETCH_ONE
        #: The class of querysets that is known to be lean, of those that handed it on.
        self.lean: type | None = None

    def fetch(self, fetcher: Any, instance: Any) -> None:
        """Load what the fetcher reads, and report it."""
        top = get_current()
        if type(top) is Scope and top.open:
            # What the property gives too, by a call.
            scope: Scope | None = top
        else:
            scope = top.scope if top is not None and top.open else scope_for(self.rows)
        load = None
        if scope is not None:
            # The frame between is the descriptor's.
            load = begin(scope, self.rows, fetcher, instance, sys._getframe(2), 2)
        if not self.one and isinstance(self.wrapped, FetchRaise):
            self._block(load, fetcher, instance)
        if load is None:
            self._load(fetcher, instance)
            return
        load.outer = top
        token = set_current(load)
        start = perf_counter()
        try:
            if self.one:
                fetcher.fetch_one(instance)
            else:
                self._load(fetcher, instance)
        finally:
            load.record.seconds += perf_counter() - start
            reset_current(token)
        if load.doubtful and kinds.is_generic(fetcher):
            self._pass_on(fetcher.field.name, instance)

    def _load(self, fetcher: Any, instance: Any) -> None:
        if self.one:
            fetcher.fetch_one(instance)
        else:
            plain_fetch(self.wrapped)(self.wrapped, fetcher, instance)

    def _block(self, load: Load | None, fetcher: Any, instance: Any) -> None:
        """Raise our error in place of Django's, where one is due."""
        if load is not None or kinds.sends_query(fetcher, instance):
            stop(load, fetcher, instance, self.rows, sys._getframe(2))

    def _pass_on(self, name: str, instance: Any) -> None:
        """Give the target of a generic key a mode of its own; Django gave it the owner's."""
        target = instance._state.fields_cache.get(name)
        if target is not None:
            child = self.rows.child(name, target.__class__, joins=False)
            target._state.fetch_mode = AuditedMode(self.wrapped, child)

    def __eq__(self, other: object) -> bool:
        return self.wrapped == (other.wrapped if isinstance(other, AuditedMode) else other)

    def __hash__(self) -> int:
        return hash(self.wrapped)

    def __repr__(self) -> str:
        return repr(self.wrapped)

    def __reduce__(self) -> tuple[Any, ...]:
        # copy() of a mode that pickles by name is that mode: a callable of the standard library
        # that returns what it is given.
        return copy.copy, (self.wrapped,)


def unwrap(mode: FetchMode) -> FetchMode:
    """Return the mode that the user chose."""
    return mode.wrapped if type(mode) is AuditedMode else mode


def rows_of(instance: Any) -> Rows | None:
    """Return where an instance came from, or None."""
    mode = instance._state.fetch_mode
    return mode.rows if type(mode) is AuditedMode else None


def carry(queryset: Any, rows: Rows, users: bool = True) -> Any:
    """Return the queryset to iterate over: a twin whose rows know where they came from.

    A queryset of the user's is left as it is, so that neither its clones nor the rows it creates
    take over an origin that isn't theirs.
    """
    mode = queryset._fetch_mode
    if type(mode) is AuditedMode:
        mode = mode.wrapped
    carrier = rows.carrier
    if carrier is None or carrier.wrapped is not mode:
        carrier = rows.carrier = AuditedMode(mode, rows)
    if not users:
        queryset._fetch_mode = carrier
        return queryset
    kind: Any = type(queryset)
    twin = object.__new__(kind)
    lean = carrier.lean is kind or _is_lean(kind)
    if not lean or queryset._iterable_class is not ModelIterable:
        twin.__dict__ = queryset.__dict__.copy()
        twin._fetch_mode = carrier
        return twin
    carrier.lean = kind
    # All that ModelIterable reads, in the order of QuerySet.__init__. To ask for the __dict__ would
    # make both querysets slow to read: since Python 3.11 an object has none until then.
    twin.model = queryset.model
    twin._db = queryset._db
    twin._hints = queryset._hints
    twin._query = queryset._query
    twin._for_write = queryset._for_write
    twin._known_related_objects = queryset._known_related_objects
    twin._deferred_filter = queryset._deferred_filter
    twin._fetch_mode = carrier
    return twin


@functools.lru_cache(maxsize=256)
def _is_lean(kind: type) -> bool:
    """Say whether rows of this class of querysets are made from what QuerySet itself holds."""
    return issubclass(kind, QuerySet) and all(
        getattr(kind, name) is getattr(QuerySet, name) for name in ("db", "query")
    )


def carry_mode(queryset: Any) -> Any:
    """Return the queryset: Django hands on its mode by itself."""
    return queryset


def carry_child(queryset: Any, load: Any) -> Any:
    """Return the queryset to iterate over, for rows that are loaded by a load in progress."""
    carrier = load.carrier if type(load) is Load else None
    if carrier is None or carrier.rows.model is not queryset.model:
        rows = load.rows_for(queryset)
        if rows is None:
            return queryset
        if type(load) is not Load:
            return carry(queryset, rows)
        carrier = load.carrier = AuditedMode(unwrap(queryset._fetch_mode), rows)
    # Django's own queryset, made for this one row: no twin is needed.
    queryset._fetch_mode = carrier
    return queryset


def joined(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``RelatedPopulator.__init__``: the rows of each join know their own path."""

    @functools.wraps(plain)
    def __init__(self: Any, klass_info: Any, select: Any, db: str, fetch_mode: Any) -> None:
        if type(fetch_mode) is AuditedMode:
            rows = kinds.joined_rows(fetch_mode.rows, klass_info)
            if rows is not None:
                fetch_mode = AuditedMode(fetch_mode.wrapped, rows)
        plain(self, klass_info, select, db, fetch_mode)

    return __init__


def without_origin(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``fetch`` of Django's own modes, for rows that no audited queryset loaded."""

    @functools.wraps(plain)
    def fetch(self: FetchMode, fetcher: Any, instance: Any) -> None:
        scope = current_scope()
        load = None
        if scope is not None:
            load = begin(scope, None, fetcher, instance, sys._getframe(1))
        if load is None:
            plain(self, fetcher, instance)
        else:
            run(load, plain, self, fetcher, instance)

    return fetch


def plain_fetch(mode: FetchMode) -> Callable[..., None]:
    """Return the mode's own ``fetch``, without what ``without_origin`` adds."""
    fetch = type(mode).fetch
    return getattr(fetch, "__wrapped__", fetch)


def state_without_origin(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``ModelState.__getstate__``: a copy of an instance is a plain instance."""

    @functools.wraps(plain)
    def __getstate__(self: Any) -> Any:
        state = plain(self)
        mode = state.get("fetch_mode")
        if type(mode) is AuditedMode:
            state["fetch_mode"] = mode.wrapped
        return state

    return __getstate__


def scope_of(queryset: Any) -> Any:
    """Return the open scope of the rows that a queryset was made from, in a thread without one."""
    mode = queryset._fetch_mode
    return scope_for(mode.rows) if type(mode) is AuditedMode else None


def plan() -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Yield what is replaced in Django 6.1: the owner, the attribute, what makes the replacement."""
    yield FetchOne, "fetch", without_origin
    yield FetchPeers, "fetch", without_origin
    yield ModelState, "__getstate__", state_without_origin


class RaisingMode(FetchRaise):
    """Django's FETCH_RAISE with a finding; it compares and pickles as that mode."""

    __slots__ = ()

    def fetch(self, fetcher: Any, instance: Any) -> None:  # type: ignore[override]
        """Raise :class:`~perfkit.LazyLoadError`, except where nothing would be sent."""
        if kinds.sends_query(fetcher, instance):
            stop(None, fetcher, instance, None, sys._getframe(1))
        fetcher.fetch_one(instance)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FetchRaise) or NotImplemented

    def __hash__(self) -> int:
        return hash(FETCH_RAISE)

    def __reduce__(self) -> Any:
        return copy.copy, (FETCH_RAISE,)


#: The modes by name.
NAMED: dict[str, FetchMode] = {"one": FETCH_ONE, "peers": FETCH_PEERS, "raise": RaisingMode()}


def put(queryset: Any, mode: FetchMode) -> None:
    """Give a queryset a fetch mode in place."""
    queryset._fetch_mode = mode


def name_of(queryset: Any) -> str:
    """Return the name of a queryset's fetch mode; "" for a project's own."""
    mode = unwrap(queryset._fetch_mode)
    return next((name for name, named in NAMED.items() if mode == named), "")
