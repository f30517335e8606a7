"""Where the auditor stands in Django: what it replaces, and the way back.

All hooks are here and in the module of the Django version (``native.py``, ``backport.py``).
``install()`` and ``uninstall()`` are exact inverses; both may be called again and again.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from django.apps import apps
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet, query
from django.db.models.query import BaseIterable, ModelIterable, RawModelIterable

from perfkit._compat import HAS_FETCH_MODES
from perfkit.auditor import frames, queries
from perfkit.auditor.loads import Prefetching, in_progress, loading
from perfkit.auditor.scope import current

if HAS_FETCH_MODES:
    from perfkit.auditor import native as version
else:
    from perfkit.auditor import backport as version


def evaluating(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``BaseIterable.__init__``, the one door through which every evaluation goes."""

    @functools.wraps(plain)
    def __init__(self: Any, queryset: Any, *args: Any, **kwargs: Any) -> None:
        plain(self, queryset, *args, **kwargs)
        scope = current.get() or version.scope_of(queryset)
        if scope is None:
            if isinstance(self, (ModelIterable, RawModelIterable)):
                self.queryset = version.carry_mode(queryset)
            return
        rows = queries.evaluated(scope, queryset, sys._getframe(1))
        if rows is not None and isinstance(self, (ModelIterable, RawModelIterable)):
            self.queryset = version.carry(queryset, rows)

    return __init__


def asking(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of QuerySet that sends a query without an iterable (``count()``)."""
    call = plain.__name__

    @functools.wraps(plain)
    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._result_cache is None or call == "aggregate":
            scope = current.get() or version.scope_of(self)
            if scope is not None:
                queries.asked(scope, self, call, sys._getframe(1))
        return plain(self, *args, **kwargs)

    return ask


def prefetching(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``prefetch_one_level``: prefetched rows come from where the others came from."""

    @functools.wraps(plain)
    def prefetch_one_level(instances: Any, prefetcher: Any, lookup: Any, level: int) -> Any:
        if current.get() is None and version.rows_of(instances[0]) is None:
            return plain(instances, prefetcher, lookup, level)
        caller = sys._getframe(2).f_code
        progress = Prefetching(
            queries.rows_for_prefetch(instances[0], sys._getframe(1)),
            lookup.prefetch_through.split("__")[level],
            in_progress(),
            to_many=not queries.leads_to_one(prefetcher),
            repeats=caller in _CHUNKED,
        )
        token = loading.set(progress)
        try:
            return plain(instances, prefetcher, lookup, level)
        finally:
            loading.reset(token)

    return prefetch_one_level


_CHUNKED = {QuerySet._iterator.__code__}


def executing(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``CursorWrapper._execute``, which sends a statement."""

    @functools.wraps(plain)
    def execute(self: Any, sql: Any, params: Any, *ignored: Any) -> Any:
        scope = current.get()
        load = in_progress()
        if scope is None and load is None:
            return plain(self, sql, params, *ignored)
        repeat = queries.sending(scope, load, sql, sys._getframe(1))
        start = perf_counter()
        try:
            return plain(self, sql, params, *ignored)
        finally:
            queries.sent(load, repeat, perf_counter() - start)

    return execute


def _plan() -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Yield what is replaced: the owner, the attribute, what makes the replacement."""
    yield BaseIterable, "__init__", evaluating
    for name in ("count", "exists", "aggregate"):
        yield QuerySet, name, asking
    yield query, "prefetch_one_level", prefetching
    yield query.RelatedPopulator, "__init__", version.joined
    yield CursorWrapper, "_execute", executing
    yield CursorWrapper, "_executemany", executing
    if apps.is_installed("django.contrib.contenttypes"):
        from django.contrib.contenttypes import fields

        from perfkit.auditor import generic

        def watching(plain: Any) -> Any:
            return generic.watching(plain, _replace_in_manager)

        yield fields, "create_generic_related_manager", watching
        for manager in generic.existing_managers():
            yield manager, "_apply_rel_filters", generic.marking
    yield from version.plan()


_lock = threading.RLock()
_replaced: list[tuple[Any, str, Any, Any]] = []
_holders = 0


def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    plain = vars(owner)[name]
    ours = make(plain)
    setattr(owner, name, ours)
    _replaced.append((owner, name, plain, ours))


def _replace_in_manager(manager: type) -> None:
    from perfkit.auditor import generic

    with _lock:
        if _replaced:
            _replace(manager, "_apply_rel_filters", generic.marking)


def is_installed() -> bool:
    """Say whether the hooks are in Django."""
    return bool(_replaced)


def install() -> None:
    """Put the hooks into Django. Does nothing where they are."""
    with _lock:
        if not _replaced:
            for owner, name, make in list(_plan()):
                _replace(owner, name, make)


def uninstall() -> None:
    """Take the hooks out: every attribute is the very object that it was before."""
    with _lock:
        while _replaced:
            owner, name, plain, ours = _replaced.pop()
            if vars(owner).get(name) is ours:
                setattr(owner, name, plain)
        frames.forget()
        queries.forget()


def uninstall_unless_held() -> None:
    """Take the hooks out, unless a scope that is open holds them."""
    with _lock:
        if not _holders:
            uninstall()


def hold() -> None:
    """Install the hooks for a scope, however the settings stand."""
    global _holders
    with _lock:
        _holders += 1
        install()


def release(keep: bool) -> None:
    """End what ``hold`` began; the last one takes the hooks out unless they are to be kept."""
    global _holders
    with _lock:
        _holders -= 1
        if not keep:
            uninstall_unless_held()
