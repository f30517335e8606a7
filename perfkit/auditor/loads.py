"""A load in progress: what the statements sent meanwhile, and the rows that come of it, belong to."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from perfkit.auditor import kinds
from perfkit.auditor.callers import fingerprint
from perfkit.auditor.config import AuditConfig
from perfkit.auditor.context import (
    current_scope,
    get_current,
    innermost,
    reset_current,
    set_current,
)
from perfkit.auditor.scope import Record, Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from perfkit.auditor.findings import Finding
    from perfkit.auditor.rows import Rows

T = TypeVar("T")


class Load:
    """A lazy load of a field, or of a relation to one row; one object for all that are alike."""

    __slots__ = ("carrier", "doubtful", "joins", "name", "open", "outer", "record", "rows", "scope")

    def __init__(
        self, scope: Scope, record: Record, rows: Rows | None, name: str, *, joins: bool = False
    ) -> None:
        self.scope = scope
        self.record = record
        self.rows = rows
        #: The name of the relation; "" for a field, whose refreshed row is thrown away.
        self.name = name
        self.joins = joins
        self.open = True
        self.outer: Any = None
        #: Whether Django may ask though it will send nothing.
        self.doubtful = False
        #: What its rows carry.
        self.carrier: Any = None

    def rows_for(self, queryset: Any) -> Rows | None:
        """Return what the rows of a queryset that is evaluated meanwhile are."""
        if self.rows is None or not self.name:
            return None
        return self.rows.child(self.name, queryset.model, joins=self.joins)


class Awaited(Load):
    """A lazy load whose one statement Django is about to send, out of the auditor's hands.

    ``subject`` is the query of that statement, or the model that it asks for: without a connection
    it is never sent, and the next one is another's.
    """

    __slots__ = ("subject",)

    def __init__(self, *args: Any, subject: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject

    def awaits(self, query: Any) -> bool:
        """Say whether it waits for the statement of a query (None: for one of no queryset)."""
        # Queries compare by what they say, which is long.
        return query is not None and (self.subject is query or self.subject is query.model)

    def executed(self, seconds: float) -> None:
        """Note that the statement was sent; the next one is another's."""
        self.record.seconds += seconds
        self.end()

    def end(self) -> None:
        """Wait no longer, and keep no row alive."""
        self.open = False
        self.subject = None

    @classmethod
    def of(cls, load: Load, model: Any) -> Awaited:
        """Return a load like the given one that waits for its statement, which asks for a model."""
        made = cls(
            *(load.scope, load.record, load.rows, load.name), joins=load.joins, subject=model
        )
        made.outer = get_current()
        return made


class Pending(Awaited):
    """A read of a related manager, whose own rows are known already."""

    __slots__ = ()


class Prefetching:
    """A level of ``prefetch_related``: its rows are children of the rows it prefetches for."""

    __slots__ = ("chunk", "name", "open", "outer", "rows", "scope", "to_many")

    def __init__(self, outer: Any, rows: Rows, name: str, *, to_many: bool, chunk: bool) -> None:
        self.outer = outer
        self.scope = None if outer is None else outer.scope
        self.rows = rows
        self.name = name
        self.open = True
        self.to_many = to_many
        #: It is one chunk of many: its statements are equal by nature.
        self.chunk = chunk

    def rows_for(self, queryset: Any) -> Rows:
        """Return what the prefetched rows are."""
        query = queryset.query
        descriptor = getattr(self.rows.model, self.name, None)
        found = self.rows.child(
            self.name,
            queryset.model,
            to_many=self.to_many,
            # Neither a generic key nor the to_attr of a Prefetch, which is no attribute of the class.
            joins=descriptor is not None and not kinds.is_generic(descriptor),
            query=query,
        )
        preset = query.__dict__.get("_perfkit")
        if preset is not None and preset.presets:
            # The queryset of a Prefetch that has presets of its own: advice speaks from its rows.
            found.read(query)
            found.path, found.root = (), None
        return found


#: Stands for a read that is let alone: a relation of a row fetched alone.
ALONE: Any = object()


def finding_at_work() -> Finding | None:
    """Return the finding of the lazy load that a statement sent now belongs to; None outside one."""
    top = innermost()
    while isinstance(top, Prefetching):
        top = top.outer
    return top.record.finding if isinstance(top, Load) else None


def scope_for(rows: Rows | None) -> Scope | None:
    """Return the scope that a read belongs to: the current one, else that of the rows."""
    scope: Scope | None = current_scope()
    if scope is None and rows is not None:
        scope = rows.scope()
    return scope if scope is not None and scope.open else None


def begin(
    scope: Scope,
    rows: Rows | None,
    subject: Any,
    instance: Any,
    frame: FrameType | None,
    depth: int = 0,
) -> Load | None:
    """Count a lazy load that is about to happen.

    ``subject`` is the descriptor (a generic key before Django 6.1: the field) that reads, ``depth``
    the number of the frame seen from the caller, where that knows it. Returns
    None where the read is let alone. Raises :class:`~perfkit.LazyLoadError` in the mode ``raise``.
    """
    try:
        key = (subject, rows, instance.__class__, fingerprint(frame, depth and depth + 2))
        load: Any = scope.loads.get(key)
        if load is None:
            load = scope.loads[key] = _first(scope, rows, subject, instance, frame)
        if load is ALONE or (load.doubtful and not kinds.sends_query(subject, instance)):
            return None
    except Exception:
        scope.fault()
        return None
    record = load.record
    record.count += 1
    if record.stops and record.count >= record.minimum:
        record.stop()
    return load  # type: ignore[no-any-return]


def _first(
    scope: Scope, rows: Rows | None, subject: Any, instance: Any, frame: FrameType | None
) -> Any:
    kind, name = kinds.describe(subject)
    known = rows if rows is not None and scope.trusts(rows) and rows.covers(instance) else None
    minimum = 1
    if kind != "deferred-field":
        if known is None:
            minimum = scope.config.repeated
        elif not known.many and not scope.config.single_rows:
            return ALONE
    record = scope.record(kind, instance.__class__, name, known, frame, minimum=minimum)
    relation = "" if kind == "deferred-field" else name
    load = Load(scope, record, known, relation, joins=kind == "to-one")
    load.doubtful = kinds.is_doubtful(subject)
    return load


def stop(
    load: Load | None, subject: Any, instance: Any, rows: Rows | None, frame: FrameType | None
) -> NoReturn:
    """Raise :class:`~perfkit.LazyLoadError` for a row whose fetch mode is "raise"."""
    if load is None:
        kind, name = kinds.describe(subject)
        record = Scope(AuditConfig()).record(kind, instance.__class__, name, rows, frame)
        record.count += 1
    else:
        record = load.record
    record.stop(
        f"Fetching of {instance.__class__.__qualname__}.{kinds.describe(subject)[1]} blocked."
    )


def run(load: Load, action: Callable[..., T], *args: Any) -> T:
    """Call the action that loads, with the statements it sends counted for the load."""
    load.outer = get_current()
    token = set_current(load)
    start = perf_counter()
    try:
        return action(*args)
    finally:
        load.record.seconds += perf_counter() - start
        reset_current(token)
