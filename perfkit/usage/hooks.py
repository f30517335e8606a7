"""Where the recording stands in Django: the ``__init__`` that its two iterables of rows inherit.

``hold()`` and ``release()`` are exact inverses; nothing is in Django while nobody holds.
"""

from __future__ import annotations

import functools
import logging
import sys
import threading
from contextvars import ContextVar
from itertools import count, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django.template
from django.db.models import Model
from django.db.models.query import (
    BaseIterable,
    ModelIterable,
    RawModelIterable,
    prefetch_one_level,
)

from perfkit.auditor.callers import evaluation
from perfkit.auditor.frames import known_mark, mark_of
from perfkit.relations import Relation
from perfkit.telling import tell
from perfkit.usage.nodes import node_of
from perfkit.usage.readers import machinery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfkit.usage.recorder import Recorder

logger = logging.getLogger("perfkit.usage")

#: The innermost recorder of this context.
current: ContextVar[Recorder | None] = ContextVar("perfkit_usage", default=None)

_ITERABLES: tuple[Any, ...] = (ModelIterable, RawModelIterable)
_lock = threading.Lock()
_holders = 0


def hold() -> None:
    """Put the hooks into Django, unless they are there."""
    global _holders
    with _lock:
        _holders += 1
        if _holders == 1:
            for iterable in _ITERABLES:
                iterable.__init__ = _evaluating


def release() -> None:
    """End what ``hold`` began; the last one takes the hooks out."""
    global _holders
    with _lock:
        _holders -= 1
        if not _holders:
            for iterable in _ITERABLES:
                del iterable.__init__


def is_installed() -> bool:
    """Say whether the hooks are in Django."""
    return _holders > 0


@functools.wraps(BaseIterable.__init__)
def _evaluating(self: Any, queryset: Any, *args: Any, **kwargs: Any) -> None:
    BaseIterable.__init__(self, queryset, *args, **kwargs)
    child = queryset.__dict__.pop("_perfkit_usage", None)
    recorder = current.get()
    # An iterable with a loop of its own makes another one for the rows, or is the rows' own affair.
    if recorder is None or not _is_plain(type(self)):
        return
    try:
        if child is None:
            found = _node(recorder, queryset, sys._getframe(1))
        else:
            child.use()
            found = child, "lazy"
        if found is not None:
            _record(self, queryset, *found)
    except Exception as error:
        told = "Recording failed; the queryset goes on without it."
        tell(logger, logging.ERROR, told, error=error)


def _is_plain(kind: Any) -> bool:
    loop = kind.__iter__
    return any(loop is plain.__iter__ for plain in _ITERABLES)


def _node(recorder: Any, queryset: Any, frame: Any) -> tuple[Any, str] | None:
    """Return what records the rows of a queryset, and how they are loaded."""
    hints = queryset._hints
    if hints:
        owner = hints.get("instance")
        if isinstance(owner, Model) and node_of(owner) is None:
            # The manager of a row beyond the sampled ones: these told what its rows are read for.
            return None
    above = frame
    while above is not None:
        code = above.f_code
        mark = known_mark(id(code)) or mark_of(code)
        if mark.users or code.co_filename.startswith(_TEMPLATES):
            break
        if code is _PREFETCH:
            return _prefetched(above.f_locals, queryset)
        # (A related manager goes through the rows of its prefetch before that function does.)
        if machinery(code) and code.co_name != "get_prefetch_querysets":
            return None
        above = above.f_back
    _, place, template, _ = evaluation(frame)
    loading = queryset.query.__dict__.get("_perfkit")
    presets = loading.presets if loading is not None else ()
    node = recorder.node(place, template, presets, queryset.model)
    return None if node is None else (node, "rows")


_PREFETCH = prefetch_one_level.__code__
_TEMPLATES = str(Path(django.template.__file__).parent)


def _prefetched(names: Any, queryset: Any) -> tuple[Any, str] | None:
    """Return what records the rows of a prefetch, from what Django's function for it holds."""
    lookup, level = names["lookup"], names["level"]
    for row in names["instances"][:10]:
        node = node_of(row)
        if node is None:
            continue
        name = lookup.prefetch_to.split("__")[level]
        through = lookup.prefetch_through.split("__")[level]
        relation = node.relation(through)
        if relation is None:
            return None
        if name != through:
            relation = Relation(name, name, queryset.model, many=relation.many, joinable=False)
        return node.child(relation, queryset.model), "prefetch"
    return None


def _record(iterable: Any, queryset: Any, node: Any, how: str) -> None:
    """Let an iterable give its rows by way of the node."""
    query = queryset.query
    names = [*getattr(query, "annotation_select", ())]
    for lookup in queryset._prefetch_related_lookups:
        to_attr = getattr(lookup, "to_attr", None)
        if to_attr and "__" not in lookup.prefetch_to:
            names.append(to_attr)
    kind: Any = type(iterable)
    iterable.__class__ = _recording(kind)
    iterable._perfkit = node, how, tuple(names), getattr(query, "select_related", False)


@functools.cache
def _recording(kind: Any) -> Any:
    """Return the subclass of an iterable whose rows pass by their node."""

    def iterate(self: Any) -> Iterator[Any]:
        return _passing(kind.__iter__(self), *self._perfkit)

    return type(kind.__name__, (kind,), {"__iter__": iterate, "__module__": kind.__module__})


def _passing(
    rows: Iterator[Any], node: Any, how: str, names: tuple[str, ...], joins: Any
) -> Iterator[Any]:
    sampled = 0
    counter = count()
    try:
        for row in islice(rows, node.recorder.sample):
            _sample(row, node, how, names, joins)
            sampled += 1
            yield row
        # The other rows are counted without a step of Python's for each.
        yield from map(_first, zip(rows, counter))  # noqa: B905 - the counter has no end
    finally:
        with node.recorder.lock:
            node.usage.how.add(how)
            node.usage.evaluations += 1
            node.usage.rows += sampled + next(counter)


_first = itemgetter(0)


def _sample(row: Any, node: Any, how: str, names: tuple[str, ...], joins: Any) -> None:
    try:
        node.sample(row, how, names)
        if joins:
            node.sample_joins(row, joins)
    except Exception as error:
        told = "Recording failed; the row goes on without it."
        tell(logger, logging.ERROR, told, error=error)
