"""The growth of queries in steps: calls that are measured, and the growing of data between them."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from perfkit.auditor import audit
from perfkit.auditor.context import current_scope, held_back
from perfkit.auditor.scope import report
from perfkit.testing import answers, messages
from perfkit.testing.recording import Recording, recording
from perfkit.testing.statements import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__unittest = True  # unittest leaves the frames of such modules out of what it prints


@dataclass
class Call:
    """One measured call: ``result`` is what you set it to, the rest is what was seen."""

    result: Any = None
    #: How large the result is; None for what has no size.
    size: int | None = None
    recording: Recording = field(default_factory=Recording)

    @property
    def queries(self) -> int:
        """How many statements were sent, to all databases."""
        return len(self.recording.statements)

    @property
    def rows(self) -> int:
        """How many rows these read, changed or deleted."""
        return self.recording.rows


class QueryGrowth:
    """Measures a call before and after the data has grown, in steps of your own.

    ``status`` is the status that a response has to have (any of 200 to 299 unless given).
    ``fixed_size`` says that the result is as large after growing as before: a page that is full, a
    dashboard. ``returns_none`` says that the calls have no result.

    .. code-block:: python

        growth = QueryGrowth()
        with growth.warming_up() as call:
            call.result = client.get("/orders/")
        with growth.calling() as call:
            call.result = client.get("/orders/")
        with growth.growing():
            OrderFactory.create_batch(20)
        with growth.calling() as call:
            call.result = client.get("/orders/")
        growth.assert_constant(max_queries=4)

    The blocks may hold ``await``.
    """

    def __init__(
        self, *, fixed_size: bool = False, returns_none: bool = False, status: int | None = None
    ) -> None:
        self.fixed_size = fixed_size
        self.returns_none = returns_none
        self.status = status
        #: The call that warmed up, if one did.
        self.warm_up: Call | None = None
        #: The measured calls.
        self.calls: list[Call] = []
        #: The rows that were inserted between the calls, by table.
        self.added: list[Counter[str]] = []
        #: What the audited calls would log or warn of, each call again.
        self._held_back: dict[Any, tuple[str, Any]] = {}

    @contextmanager
    def warming_up(self) -> Iterator[Call]:
        """Call once without counting, to fill the caches."""
        with self._measuring() as call:
            yield call
        self.warm_up = call

    @contextmanager
    def calling(self) -> Iterator[Call]:
        """Count the statements sent inside the block; set ``result`` of what it gives."""
        with self._measuring() as call:
            yield call
        self.calls.append(call)

    @contextmanager
    def _measuring(self) -> Iterator[Call]:
        # Lazy loads are told by a scope; one that is open already, a test's or a middleware's, does.
        scope = audit() if current_scope() is None else nullcontext()
        token = held_back.set(self._held_back)
        try:
            with recording() as made, scope:
                call = Call(recording=made)
                yield call
                call.size = answers.size_of(call.result)
        finally:
            held_back.reset(token)

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Count the rows that are inserted inside the block."""
        with recording() as made:
            yield
        added: Counter[str] = Counter()
        for statement in made.statements:
            if statement.verb in ("INSERT", "REPLACE", "COPY"):
                added[table_of(statement.folded)] += statement.rows
        self.added.append(+added)

    def assert_constant(self, *, max_queries: int | None = None) -> None:
        """Raise AssertionError unless the last call sent no more statements than the first.

        It is raised too when a response failed, when the calls prove nothing, and when the last one
        sent more than ``max_queries``. Raises RuntimeError when there are not two calls with growth between.
        """
        __tracebackhide__ = True
        if len(self.calls) != len(self.added) + 1 or not self.added:
            raise RuntimeError("Measure a call, grow the data, and measure the call again.")
        problem = (
            self._failed() or self._grown() or self._too_many(max_queries) or self._proves_nothing()
        )
        held, self._held_back = self._held_back, {}
        # Growth is told with the lazy loads that made it; what else there is, is told once.
        if not self._grows():
            report(held.values())
        if problem:
            raise AssertionError(problem)

    def _failed(self) -> str:
        failures = (answers.failure_of(call.result, self.status) for call in self.calls)
        return next(filter(None, failures), "")

    def _grown(self) -> str:
        return messages.grown(self) if self._grows() else ""

    def _grows(self) -> bool:
        counts = [call.queries for call in self.calls]
        return max(counts) > counts[0]

    def _too_many(self, max_queries: int | None) -> str:
        last = self.calls[-1]
        if max_queries is None or last.queries <= max_queries:
            return ""
        return messages.too_many(last.recording, max_queries)

    def _proves_nothing(self) -> str:
        for number, (before, after) in enumerate(zip(self.calls, self.calls[1:], strict=False)):
            problem = self._proves_nothing_between(before, after, self.added[number])
            if problem:
                return problem
        return ""

    def _proves_nothing_between(self, before: Call, after: Call, added: Counter[str]) -> str:
        if not after.queries:
            return messages.NO_QUERY
        if not added and after.rows <= before.rows:
            return messages.NO_ROW
        if self.fixed_size:
            return messages.lazy(after.recording)
        if after.result is None and not self.returns_none:
            return messages.NO_RESULT
        if self._has_size(before, after) and after.size <= before.size:  # type: ignore[operator]
            return messages.same_size(before, after)
        if after.rows <= before.rows:
            return messages.same_rows(before, after)
        return ""

    def _has_size(self, before: Call, after: Call) -> bool:
        return None not in (before.size, after.size) and not answers.is_empty(after.result)
