"""The growth assertion: a function, its asynchronous twin, and methods for ``TestCase``."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async

from perfkit.testing.answers import read_stream
from perfkit.testing.growth import QueryGrowth

__unittest = True  # unittest leaves the frames of such modules out of what it prints


def assert_constant_queries(
    call: Callable[[], Any],
    *,
    grow: Callable[[], Any],
    grow_again: Callable[[], Any] | None = None,
    max_queries: int | None = None,
    fixed_size: bool = False,
    returns_none: bool = False,
    status: int | None = None,
) -> QueryGrowth:
    """Assert that a call sends as many queries however many rows there are.

    ``call`` runs once to warm up, once to be counted, and once more after ``grow``; and a third
    counted time after ``grow_again``. Statements on every database count; savepoints, transaction
    control and the set-up of connections don't. ``max_queries`` bounds what is left.

    The test proves nothing, and fails, unless ``grow`` adds rows, and the call succeeds, sends a
    query, and returns more than before from more rows than before. Say ``fixed_size=True`` of a
    result that is as large as before (a page that is full, a dashboard): rows of a list that load
    lazily then fail it whatever the counts. Say ``returns_none=True`` of a call that has no result,
    and ``status=302`` of one that redirects: both are judged by the rows that they use.

    Returns the :class:`QueryGrowth`, with the calls that were measured. Raises AssertionError with
    the statements that grew, their lines, and the edits that mend them. The idea is that of calling
    ``assertNumQueries`` a second time after ``create_batch(20)``.
    """
    __tracebackhide__ = True
    steps = _steps(call, grow, grow_again)
    growth = QueryGrowth(fixed_size=fixed_size, returns_none=returns_none, status=status)
    with growth.warming_up() as made:
        made.result = _result_of(call)
    with growth.calling() as made:
        made.result = _result_of(call)
    for step in steps:
        with growth.growing():
            _result_of(step)
        with growth.calling() as made:
            made.result = _result_of(call)
    growth.assert_constant(max_queries=max_queries)
    return growth


async def aassert_constant_queries(
    call: Callable[[], Any],
    *,
    grow: Callable[[], Any],
    grow_again: Callable[[], Any] | None = None,
    max_queries: int | None = None,
    fixed_size: bool = False,
    returns_none: bool = False,
    status: int | None = None,
) -> QueryGrowth:
    """Do what :func:`assert_constant_queries` does, for asynchronous calls.

    ``call``, ``grow`` and ``grow_again`` may each be a coroutine function, return an awaitable
    (``lambda: async_client.get("/orders/")``), or be synchronous: then they run in a thread.
    """
    __tracebackhide__ = True
    steps = _steps(call, grow, grow_again)
    growth = QueryGrowth(fixed_size=fixed_size, returns_none=returns_none, status=status)
    with growth.warming_up() as made:
        made.result = await _aresult_of(call)
    with growth.calling() as made:
        made.result = await _aresult_of(call)
    for step in steps:
        with growth.growing():
            await _aresult_of(step)
        with growth.calling() as made:
            made.result = await _aresult_of(call)
    growth.assert_constant(max_queries=max_queries)
    return growth


def _steps(
    call: Callable[[], Any], grow: Callable[[], Any], grow_again: Callable[[], Any] | None
) -> list[Callable[[], Any]]:
    """Return what makes more rows, step by step; refuse what can't be called before anything is."""
    steps = [grow] if grow_again is None else [grow, grow_again]
    for function in (call, *steps):
        if not callable(function):
            raise TypeError(
                f"assert_constant_queries() takes functions that are called without arguments, "
                f"not {function!r}: write `lambda: client.get(url)`."
            )
    return steps


def _result_of(function: Callable[[], Any]) -> Any:
    result = function()
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise TypeError(f"{function!r} is asynchronous: await aassert_constant_queries(...).")
    return result


async def _aresult_of(function: Callable[[], Any]) -> Any:
    asynchronous = inspect.iscoroutinefunction(function)
    result = function() if asynchronous else await sync_to_async(function)()
    if isinstance(result, Awaitable):
        result = await result
    await read_stream(result)
    return result


class PerfkitAssertionsMixin:
    """The growth assertion as methods of a ``TestCase``.

    They take what :func:`assert_constant_queries` takes.
    """

    def assertConstantQueries(self, call: Callable[[], Any], **options: Any) -> QueryGrowth:  # noqa: N802
        """Assert that ``call`` sends as many queries however many rows there are."""
        __tracebackhide__ = True
        return assert_constant_queries(call, **options)

    async def aassertConstantQueries(self, call: Callable[[], Any], **options: Any) -> QueryGrowth:  # noqa: N802
        """Assert the same of an asynchronous call."""
        __tracebackhide__ = True
        return await aassert_constant_queries(call, **options)
