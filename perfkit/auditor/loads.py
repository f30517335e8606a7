"""A load in progress: what the statements sent meanwhile, and the rows that come of it, belong to."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from types import FrameType
from typing import Any, TypeVar

from perfkit.auditor.config import AuditConfig
from perfkit.auditor.callers import fingerprint
from perfkit.auditor.rows import Rows
from perfkit.auditor.scope import Record, Scope, current

T = TypeVar("T")


class Load:
    """A lazy load of a field, or of a relation to one row."""

    __slots__ = ("joins", "name", "open", "outer", "record", "rows")

    def __init__(
        self, record: Record, rows: Rows | None, name: str, *, joins: bool = False
    ) -> None:
        self.record = record
        self.rows = rows
        self.name = name
        self.joins = joins
        self.open = True
        self.outer: Any = None

    def rows_for(self, queryset: Any) -> Rows | None:
        """Return what the rows of a queryset that is evaluated meanwhile are."""
        if self.rows is None or not self.name:
            return None
        return self.rows.child(self.name, queryset.model, joins=self.joins)

    def executed(self, seconds: float) -> None:
        """Note that a statement was sent."""
        self.record.queries += 1


class Pending(Load):
    """A read of a related manager, whose one statement is about to be sent."""

    __slots__ = ()

    def rows_for(self, queryset: Any) -> Rows | None:
        """Return None: the manager's own rows are known already."""
        return None

    def executed(self, seconds: float) -> None:
        """Note that the statement was sent; the next one is another's."""
        self.record.queries += 1
        self.record.seconds += seconds
        self.open = False


class Awaited(Load):
    """A lazy load that Django is about to send itself, out of the auditor's hands."""

    __slots__ = ()

    def __init__(self, load: Load) -> None:
        super().__init__(load.record, load.rows, load.name, joins=load.joins)
        self.outer = loading.get()

    def executed(self, seconds: float) -> None:
        """Note that the statement was sent; the next one is another's."""
        self.record.queries += 1
        self.record.seconds += seconds
        self.open = False


class Prefetching:
    """A level of ``prefetch_related``: its rows are children of the rows it prefetches for."""

    __slots__ = ("name", "open", "outer", "repeats", "rows", "to_many")

    def __init__(
        self, rows: Rows | None, name: str, outer: Any, *, to_many: bool, repeats: bool
    ) -> None:
        self.rows = rows
        self.name = name
        self.outer = outer
        self.open = True
        self.to_many = to_many
        #: It is one chunk of many: its statements are equal by nature.
        self.repeats = repeats

    def rows_for(self, queryset: Any) -> Rows | None:
        """Return what the prefetched rows are."""
        if self.rows is None:
            return None
        return self.rows.child(
            self.name, queryset.model, to_many=self.to_many, query=queryset.query
        )


#: The innermost load in progress.
loading: ContextVar[Any] = ContextVar("perfkit_loading", default=None)

#: The mark of a read that is none of the auditor's business: a relation of a row fetched alone.
ALONE = object()


def in_progress() -> Load | Prefetching | None:
    """Return the innermost load that is still open."""
    load = loading.get()
    while load is not None and not load.open:
        load = load.outer
    return load


def scope_for(rows: Rows | None) -> Scope | None:
    """Return the scope that a read belongs to: the current one, else that of the rows."""
    scope = current.get()
    if scope is None and rows is not None:
        scope = rows.scope()
        if scope is not None and scope.closed:
            return None
    return scope


def begin(
    scope: Scope,
    rows: Rows | None,
    subject: Any,
    instance: Any,
    describe: Callable[[Any], tuple[str, str]],
    frame: FrameType | None,
) -> Load | None:
    """Count a lazy load that is about to happen.

    ``subject`` is what Django reads with (a descriptor, a field); ``describe`` turns it into kind
    and name. Returns None where the read is left alone. Raises
    :class:`~perfkit.LazyLoadError` in the mode ``raise``.
    """
    try:
        key = (subject, id(rows), type(instance), fingerprint(frame))
        load = scope.loads.get(key)
        if load is None:
            load = _first(scope, rows, subject, instance, describe, frame)
            # The rows are kept with the key: their id stays taken.
            scope.loads[key] = load
        if load is ALONE:
            return None
        stop = load.record.must_stop()
    except Exception:
        scope.fault()
        return None
    if stop:
        load.record.stop()
    return load  # type: ignore[no-any-return]


def stop(
    load: Load | None,
    subject: Any,
    instance: Any,
    rows: Rows | None,
    describe: Callable[[Any], tuple[str, str]],
    frame: FrameType | None,
) -> None:
    """Raise :class:`~perfkit.LazyLoadError` for a row whose fetch mode is "raise"."""
    if load is None:
        kind, name = describe(subject)
        record = Scope(AuditConfig()).record(kind, type(instance), name, rows, frame)
        record.count += 1
    else:
        record = load.record
    record.stop()


def _first(
    scope: Scope,
    rows: Rows | None,
    subject: Any,
    instance: Any,
    describe: Callable[[Any], tuple[str, str]],
    frame: FrameType | None,
) -> Any:
    kind, name = describe(subject)
    known = rows if scope.trusts(rows) and rows is not None and rows.covers(instance) else None
    minimum = 1
    if kind != "deferred-field":
        if known is None:
            minimum = scope.config.repeated
        elif not known.many and not scope.config.single_rows:
            scope.loads[id(rows)] = rows
            return ALONE
    record = scope.record(kind, type(instance), name, known, frame, minimum=minimum)
    scope.loads[id(rows)] = rows
    name = "" if kind == "deferred-field" else name
    return Load(record, known, name, joins=kind == "to-one")


def run(load: Load, action: Callable[..., T], *args: Any) -> T:
    """Call the action that loads, with the statements it sends counted for the load."""
    load.outer = loading.get()
    token = loading.set(load)
    start = perf_counter()
    try:
        return action(*args)
    finally:
        load.record.seconds += perf_counter() - start
        loading.reset(token)
