"""What the hooks do when a queryset is evaluated and when a statement is sent."""

from __future__ import annotations

from types import FrameType
from typing import Any

from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)

from perfkit._compat import HAS_FETCH_MODES
from perfkit.auditor import callers, kinds, relations
from perfkit.auditor.callers import evaluated_at, fingerprint
from perfkit.auditor.loads import ALONE, Load, Pending, Prefetching, in_progress, loading
from perfkit.auditor.relations import Related
from perfkit.auditor.rows import Rows
from perfkit.auditor.scope import MAX_STATEMENTS, Record, Scope
from perfkit.exceptions import LazyLoadError

if HAS_FETCH_MODES:
    from perfkit.auditor.native import rows_of
else:
    from perfkit.auditor.backport import rows_of


def evaluated(scope: Scope, queryset: Any, frame: FrameType) -> Rows | None:
    """Note that a queryset is about to be evaluated; return what its rows are."""
    try:
        load = in_progress()
        if load is not None and not isinstance(load, Pending):
            return load.rows_for(queryset)
        related = relations.related_manager(queryset)
        if related is not None:
            return _read(scope, related, queryset, "", frame)
        return _rows_at(scope, queryset, frame)
    except LazyLoadError:
        raise
    except Exception:
        scope.fault()
        return None


def asked(scope: Scope, queryset: Any, call: str, frame: FrameType) -> None:
    """Note that a queryset is about to be counted, or asked otherwise without loading rows."""
    try:
        if in_progress() is None:
            related = relations.related_manager(queryset)
            if related is not None:
                if frame.f_code.co_name == "contains":
                    call = "contains"
                _read(scope, related, queryset, call, frame)
    except LazyLoadError:
        raise
    except Exception:
        scope.fault()


def _rows_at(scope: Scope, queryset: Any, frame: FrameType) -> Rows:
    location, template, single = evaluated_at(frame)
    query = queryset.query
    high = getattr(query, "high_mark", None)
    alone = single or (high is not None and high - query.low_mark == 1)
    return Rows(
        scope, queryset.model, many=not alone, location=location, template=template, query=query
    )


def _read(
    scope: Scope, related: Related, queryset: Any, call: str, frame: FrameType
) -> Rows | None:
    """Note that a related manager is about to send a query; return what its rows are."""
    if queryset.query.is_empty() if hasattr(queryset.query, "is_empty") else False:
        return None
    owner, name, prefetched = related
    rows = rows_of(owner)
    if not scope.trusts(rows) or not rows.covers(owner):  # type: ignore[union-attr]
        rows = None
    kind = "bypassed-prefetch" if prefetched else "related-manager"
    key = (kind, call, name, id(rows), type(owner), fingerprint(frame))
    record = scope.loads.get(key)
    if record is None:
        record = _first_read(scope, rows, kind, call, name, owner, frame)
        scope.loads[key] = record
        scope.loads[id(rows)] = rows
    if record is not ALONE:
        if record.must_stop():
            record.stop()
        pending = Pending(record, rows, name)
        pending.outer = loading.get()
        loading.set(pending)
    if rows is not None and rows.many:
        return rows.child(name, queryset.model, to_many=True)
    return _rows_at(scope, queryset, frame) if not call else None


def _first_read(
    scope: Scope,
    rows: Rows | None,
    kind: str,
    call: str,
    name: str,
    owner: Any,
    frame: FrameType,
) -> Any:
    minimum = 1
    # A prefetch is asked for on purpose: past it, one row is enough to tell.
    if rows is None and kind != "bypassed-prefetch":
        minimum = scope.config.repeated
    elif rows is not None and not rows.many and not scope.config.single_rows:
        return ALONE
    return scope.record(kind, type(owner), name, rows, frame, call=call, minimum=minimum)


def rows_for_prefetch(instance: Any, frame: FrameType) -> Rows:
    """Return what the rows are that a prefetch is made for."""
    rows = rows_of(instance)
    if rows is None or not rows.covers(instance):
        location, template, _ = evaluated_at(frame)
        rows = Rows(_scope(), type(instance), many=True, location=location, template=template)
    return rows


def _scope() -> Scope | None:
    from perfkit.auditor.scope import current

    return current.get()


def leads_to_one(prefetcher: Any) -> bool:
    """Say whether a prefetcher is that of a relation to one row."""
    return isinstance(
        prefetcher, (ForwardManyToOneDescriptor, ReverseOneToOneDescriptor)
    ) or kinds.is_generic(prefetcher)


def sending(scope: Scope | None, load: Any, sql: Any, frame: FrameType) -> Any:
    """Count a statement; return the tally of equal ones where it belongs to no lazy load.

    Raises :class:`~perfkit.LazyLoadError` for a repeated statement in the mode ``raise``.
    """
    if scope is None:
        scope = load.rows.scope() if load.rows is not None else None
    if scope is None:
        return None
    scope.query_count += 1
    chunk = False
    while isinstance(load, Prefetching):
        chunk = chunk or load.repeats
        load = load.outer
    if load is not None or chunk or sql[:6] != "SELECT":
        return None
    try:
        tally = _tally(scope, sql, frame)
    except Exception:
        scope.fault()
        return None
    if tally is not None and tally.record is not None and tally.record.must_stop():
        tally.record.stop()
    return tally


class Tally:
    """How often a statement was sent from one line."""

    __slots__ = ("count", "record", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.record: Record | None = None


def _tally(scope: Scope, sql: str, frame: FrameType) -> Tally | None:
    asker = fingerprint(frame)
    if not asker:
        return None
    key = (hash(sql), asker)
    tally = scope.statements.get(key)
    if tally is None:
        if len(scope.statements) >= MAX_STATEMENTS:
            return None
        tally = scope.statements[key] = Tally()
    tally.count += 1
    if tally.record is None and tally.count >= scope.config.repeated:
        record = scope.record("repeated-query", _model(frame), "", None, frame)
        record.count += tally.count - 1
        record.queries += tally.count - 1
        record.seconds += tally.seconds
        tally.record = record
    return tally


def _model(frame: FrameType | None) -> type | None:
    """Return the model whose query is being executed."""
    while frame is not None:
        if frame.f_code.co_name == "execute_sql" and "self" in frame.f_locals:
            model = getattr(getattr(frame.f_locals["self"], "query", None), "model", None)
            if isinstance(model, type):
                return model
        frame = frame.f_back
    return None


def sent(load: Any, tally: Tally | None, seconds: float) -> None:
    """Note what a statement took."""
    while isinstance(load, Prefetching):
        load = load.outer
    if isinstance(load, Load):
        load.executed(seconds)
    elif tally is not None:
        if tally.record is None:
            tally.seconds += seconds
        else:
            tally.record.queries += 1
            tally.record.seconds += seconds


def forget() -> None:
    """Forget what was learnt of models and places."""
    relations.forget()
    callers.forget()
