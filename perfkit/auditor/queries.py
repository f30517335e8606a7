"""What the hooks do when a queryset is evaluated and when a statement is sent."""

from __future__ import annotations

import sys
from threading import get_ident
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.sql import Query

from perfkit.auditor import callers, kinds, relations
from perfkit.auditor.callers import evaluated_at, evaluation, evaluation_nearby, fingerprint
from perfkit.auditor.context import current_scope, get_current, set_current
from perfkit.auditor.loads import ALONE, Pending, Prefetching
from perfkit.auditor.relations import MARK, Related
from perfkit.auditor.rows import Rows, no_scope
from perfkit.auditor.scope import MAX_STATEMENTS, Record, Scope
from perfkit.auditor.version import carry, rows_of

if TYPE_CHECKING:
    from types import FrameType


def evaluated(scope: Scope, queryset: Any, yields_rows: bool) -> Any:
    """Note that a queryset is about to be evaluated; return the queryset to iterate over.

    To be called by the hook, whose caller evaluates. It runs for every statement that loads rows, so
    it does in one go what could be said in three.
    """
    query = queryset.query
    # What nothing was said of is an attribute of the class.
    said = query.__dict__
    if queryset._hints or MARK in said:
        related = relations.related_manager(queryset)
        if related is not None:
            if query.is_empty():
                return queryset
            rows = read(scope, related, queryset, "", sys._getframe(2))
            if rows is not None:
                return carry(queryset, rows) if yields_rows else queryset
    nearby = evaluation_nearby()
    line, location, template, single = nearby or evaluation(sys._getframe(2))
    # get() and its like evaluate a queryset that they made themselves.
    users = nearby is None or not single
    scope.evaluating[get_ident()] = line
    if not single and (high := said.get("high_mark")) is not None:
        single = high - query.low_mark == 1
    model = queryset.model
    narrowed = "deferred_loading" in said or "_perfkit" in said or "sql" in said
    # What is prefetched belongs to one queryset; so does what its query says.
    shared = not (narrowed or template is not None or queryset._prefetch_related_lookups)
    rows = scope.rows.get((line, model, single)) if shared else None
    if rows is None:
        rows = Rows(scope.ref, scope.lineage, model, not single, location)
        if shared:
            scope.rows[line, model, single] = rows
        if template is not None:
            rows.template = template
        if narrowed:
            rows.read(query)
    return carry(queryset, rows, users) if yields_rows else queryset


def asked(scope: Scope, queryset: Any, call: str, frame: FrameType) -> None:
    """Note that a queryset is about to be counted, or asked otherwise without loading rows."""
    scope.evaluating.pop(get_ident(), None)
    related = relations.related_manager(queryset)
    if related is not None:
        if frame.f_code.co_name == "contains":
            # The queryset that was asked; the one at hand is narrowed to the row in question.
            call, queryset = "contains", frame.f_locals["self"]
        if not queryset.query.is_empty():
            read(scope, related, queryset, call, frame)


def read(scope: Scope, related: Related, queryset: Any, call: str, frame: FrameType) -> Rows | None:
    """Note that a related manager is about to send a query.

    Returns what its rows are, where the rows of its owner tell.
    """
    owner, name, prefetched = related
    rows = rows_of(owner)
    if rows is not None and not (scope.trusts(rows) and rows.covers(owner)):
        rows = None
    kind = "bypassed-prefetch" if prefetched else "related-manager"
    key = (kind, call, name, rows, owner.__class__, fingerprint(frame))
    record = scope.loads.get(key)
    if record is None:
        try:
            record = _first_read(scope, rows, kind, call, related, queryset, frame)
        except EmptyResultSet:
            # No row can match its filters, so nothing is sent.
            return None
        scope.loads[key] = record
    if record is not ALONE:
        record.add()
        # What counts rows is made of the queryset's query, and asks for the same model.
        subject = queryset.model if call else queryset.query
        pending = Pending(scope, record, rows, name, subject=subject)
        pending.outer = get_current()
        set_current(pending)
    if call or rows is None or not rows.many:
        return None
    return rows.child(name, queryset.model, to_many=True)


def _first_read(
    scope: Scope,
    rows: Rows | None,
    kind: str,
    call: str,
    related: Related,
    queryset: Any,
    frame: FrameType,
) -> Any:
    minimum = 1
    # A prefetch is asked for on purpose: past it, one row is enough to tell.
    if rows is None and kind != "bypassed-prefetch":
        minimum = scope.config.repeated
    elif rows is not None and not rows.many and not scope.config.single_rows:
        return ALONE
    # Asked first, since it raises where nothing is sent.
    would_serve = relations.would_serve(related, queryset)
    chunks = frame.f_code.co_name in ("_iterator", "aiterator")
    return scope.record(
        *(kind, related.owner.__class__, related.name, rows, frame),
        call=call,
        minimum=minimum,
        served=related.prefetched or (would_serve and not chunks),
    )


def rows_for_prefetch(instance: Any, frame: FrameType) -> Rows:
    """Return what the rows are that a prefetch is made for."""
    rows = rows_of(instance)
    if rows is None or not rows.covers(instance):
        scope = current_scope()
        location, template, _ = evaluated_at(frame)
        reference, lineage = (no_scope, ()) if scope is None else (scope.ref, scope.lineage)
        rows = Rows(reference, lineage, instance.__class__, True, location)
        rows.template = template
    return rows


def leads_to_one(prefetcher: Any) -> bool:
    """Say whether a prefetcher is that of a relation to one row."""
    return isinstance(
        prefetcher, (ForwardManyToOneDescriptor, ReverseOneToOneDescriptor)
    ) or kinds.is_generic(prefetcher)


class Tally:
    """How often a statement was sent from one line."""

    __slots__ = ("count", "record", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.record: Record | None = None


def tally(scope: Scope, sql: Any, within: Prefetching | None = None) -> Tally | Record | None:
    """Count a statement that belongs to no lazy load; return what its time counts for.

    It looks for the line from its caller up, where no queryset has told it already. Of a prefetch
    only the same one is its equal: two relations to one model may ask for it in the same words.

    Raises :class:`~perfkit.LazyLoadError` for a repeated statement in the mode ``raise``.
    """
    line = scope.evaluating.pop(get_ident(), None)
    if not isinstance(sql, str) or not sql.startswith("SELECT"):
        return None
    if line is None:
        line = evaluation(sys._getframe(1))[0]
        if line is None:
            return None
    key: tuple[Any, ...] = (hash(sql), line)
    if within is not None:
        key += (within.rows.model, within.rows.path, within.name)
    found: Tally | None = scope.statements.get(key)
    if found is None:
        if len(scope.statements) < MAX_STATEMENTS:
            found = scope.statements[key] = Tally()
            found.count = 1
        return None
    record = found.record
    if record is None:
        found.count += 1
        if found.count < scope.config.repeated:
            return found
        record = _repeated(scope, found, sys._getframe(1))
    else:
        record.count += 1
        if record.stops:
            record.stop()
    record.queries += 1
    return record


def _repeated(scope: Scope, found: Tally, frame: FrameType) -> Record:
    query = query_of(frame)
    model = None if query is None else query.model
    record = scope.record("repeated-query", model, "", None, frame)
    record.count += found.count - 1
    record.queries += found.count - 1
    record.seconds += found.seconds
    found.record = record
    record.add()
    return record


def query_of(frame: FrameType | None) -> Query | None:
    """Return the query that is being executed, called from this frame; None for other statements."""
    while frame is not None:
        if frame.f_code.co_name == "execute_sql" and "self" in frame.f_locals:
            query = getattr(frame.f_locals["self"], "query", None)
            if isinstance(query, Query):
                return query
        frame = frame.f_back
    return None


def forget() -> None:
    """Forget what was learnt of models and places."""
    relations.forget()
    callers.forget()
