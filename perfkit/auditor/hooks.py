"""Where the auditor stands in Django: what it replaces, and the way back.

All hooks are here and in the module of the Django version (``native.py``, ``backport.py``).
``install()`` and ``uninstall()`` are exact inverses; both may be called again and again.
"""

from __future__ import annotations

import functools
import sys
import threading
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet, query
from django.db.models.query import BaseIterable, ModelIterable, RawModelIterable
from django.db.models.sql.constants import GET_ITERATOR_CHUNK_SIZE

from perfkit.auditor import frames, queries, version
from perfkit.auditor.context import get_current, innermost, reset_current, set_current
from perfkit.auditor.loads import Awaited, Load, Pending, Prefetching
from perfkit.auditor.scope import Scope
from perfkit.exceptions import LazyLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def evaluating(plain: Callable[..., None]) -> Callable[..., None]:
    """Wrap ``BaseIterable.__init__``, the one door through which every evaluation goes."""

    @functools.wraps(plain)
    def __init__(
        self: Any,
        queryset: Any,
        chunked_fetch: bool = False,
        chunk_size: int = GET_ITERATOR_CHUNK_SIZE,
    ) -> None:
        plain(self, queryset, chunked_fetch, chunk_size)
        yields_rows = type(self) is ModelIterable or isinstance(self, _YIELD_ROWS)
        top = get_current()
        if top is None or not top.open or type(top) is Pending:
            top = _scope_of(queryset)
            if top is None:
                if yields_rows:
                    self.queryset = version.carry_mode(queryset)
                return
        try:
            if type(top) is Scope:
                self.queryset = queries.evaluated(top, queryset, yields_rows)
            elif yields_rows:
                self.queryset = version.carry_child(queryset, top)
        except LazyLoadError:
            raise
        except Exception:
            top.scope.fault()

    return __init__


_YIELD_ROWS = (ModelIterable, RawModelIterable)


def _scope_of(queryset: Any) -> Any:
    """Return what an evaluation belongs to where the variable doesn't say at once."""
    top = innermost()
    while type(top) is Pending:
        top = top.outer
    return version.scope_of(queryset) if top is None else top


def asking(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of QuerySet that sends a query without an iterable (``count()``)."""
    call = plain.__name__

    @functools.wraps(plain)
    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._result_cache is None or call == "aggregate":
            scope = _scope_of(self)
            if type(scope) is Scope:
                try:
                    queries.asked(scope, self, call, sys._getframe(1))
                except LazyLoadError:
                    raise
                except Exception:
                    scope.fault()
        return plain(self, *args, **kwargs)

    return ask


def prefetching(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``prefetch_one_level``: prefetched rows come from where the others came from."""

    @functools.wraps(plain)
    def prefetch_one_level(instances: Any, prefetcher: Any, lookup: Any, level: int) -> Any:
        outer = innermost()
        if outer is None:
            return plain(instances, prefetcher, lookup, level)
        try:
            progress = Prefetching(
                outer,
                queries.rows_for_prefetch(instances[0], sys._getframe(1)),
                lookup.prefetch_to.split("__")[level],
                to_many=not queries.leads_to_one(prefetcher),
                chunk=sys._getframe(2).f_code is _CHUNKS,
            )
        except Exception:
            outer.scope.fault()
            return plain(instances, prefetcher, lookup, level)
        token = set_current(progress)
        try:
            return plain(instances, prefetcher, lookup, level)
        finally:
            reset_current(token)

    return prefetch_one_level


# The queryset's own loop over chunks of rows.
_CHUNKS = vars(QuerySet)["_iterator"].__code__


def executing(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap ``CursorWrapper._execute``, which sends a statement."""

    # Django passes on whether it is many, and the connection; to take any number would cost more.
    @functools.wraps(plain)
    def execute(self: Any, sql: Any, params: Any, many: Any = None, context: Any = None) -> Any:
        top = get_current()
        if type(top) is Load:
            top.scope.query_count += 1
            top.record.queries += 1
            return plain(self, sql, params, many, context)
        if top is None or not (top.open or (top := innermost())):
            return plain(self, sql, params, many, context)
        waiting: Any
        try:
            if type(top) is Scope:
                top.query_count += 1
                waiting = queries.tally(top, sql)
            else:
                top.scope.query_count += 1
                waiting = _belongs_to(top, top.scope, sql)
        except LazyLoadError:
            raise
        except Exception:
            top.scope.fault()
            waiting = None
        if waiting is None:
            return plain(self, sql, params, many, context)
        start = perf_counter()
        try:
            return plain(self, sql, params, many, context)
        finally:
            seconds = perf_counter() - start
            if isinstance(waiting, Awaited):
                waiting.executed(seconds)
            else:
                waiting.seconds += seconds

    return execute


def _belongs_to(top: Any, scope: Scope, sql: Any) -> Any:
    """Count a statement where it belongs; return what waits to hear how long it took, or None."""
    if isinstance(top, Awaited) and not top.awaits(queries.query_of(sys._getframe(1))):
        top.end()
        top = innermost()
    within = top if type(top) is Prefetching else None
    while type(top) is Prefetching:
        if top.chunk:
            return None
        top = top.outer
    if isinstance(top, Load):
        top.record.queries += 1
        return top if isinstance(top, Awaited) else None
    return queries.tally(scope, sql, within)


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
_required = False


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
    global _required
    with _lock:
        _required = False
        while _replaced:
            owner, name, plain, ours = _replaced.pop()
            if vars(owner).get(name) is ours:
                setattr(owner, name, plain)
        frames.forget()
        queries.forget()


def uninstall_unless_held() -> None:
    """Take the hooks out, unless an open scope holds them or a fetch mode rests on them."""
    with _lock:
        if not _holders and not _required:
            uninstall()


def require() -> None:
    """Install the hooks for good: before Django 6.1 a fetch mode rests on them."""
    global _required
    if not _required:
        with _lock:
            _required = True
            install()


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
