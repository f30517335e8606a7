"""What a request costs: its statements, their time, the presets they carry out, its lazy loads.

It works with the auditor off and patches nothing: Django's own hook, ``connection.execute_wrapper``,
sees each statement. The wrapper is put on a connection once and stays there; a context variable says
whose statement it is, so that it holds in threads and event loops. Without a measurement it only
looks at that variable.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.db.backends.signals import connection_created

from perfkit.auditor.context import current_scope, listener
from perfkit.auditor.queries import query_of
from perfkit.enclosing import EnclosingMiddleware
from perfkit.loading import KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from types import FrameType

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perfkit.auditor.findings import Finding
    from perfkit.loading import Loading

#: How many names of presets a measurement keeps.
MAX_PRESETS = 20

_current: ContextVar[Measurement | None] = ContextVar("perfkit_measurement", default=None)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was sent: how long it took, and what asked for it.

    ``rows`` is how many rows it selected, where the database's driver says so before they are
    fetched; ``loading`` what presets made of the queryset, None without any.
    """

    sql: str
    seconds: float
    rows: int | None
    loading: Loading | None


class Measurement:
    """Counts what happens inside, and inside those that are opened within it."""

    def __init__(self) -> None:
        self.outer = _current.get()
        self.open = True
        self.queries = 0
        #: The seconds that the statements took.
        self.seconds = 0.0
        #: How many rows were selected; None where the database's driver doesn't say.
        self.rows: int | None = None
        self._presets: dict[str, None] = {}
        self._scope = current_scope()
        self._outer_listener = listener.get()
        self._reports: list[tuple[Finding, ...]] = []
        self._tokens: list[tuple[ContextVar[Any], Token[Any]]] = []

    def enter(self) -> None:
        """Measure what follows in this context."""
        self._tokens += [(_current, _current.set(self)), (listener, listener.set(self._hear))]

    def leave(self) -> None:
        """Measure no longer what follows."""
        while self._tokens:
            variable, token = self._tokens.pop()
            variable.reset(token)

    def close(self) -> None:
        """End the measurement."""
        self.open = False

    def _hear(self, findings: tuple[Finding, ...]) -> None:
        if self.open:
            self._reports.append(findings)
        if self._outer_listener is not None:
            self._outer_listener(findings)

    def executed(self, statement: Statement, frame: FrameType) -> None:
        """Count a statement that was sent from this frame."""
        self.queries += 1
        self.seconds += statement.seconds
        if statement.rows is not None:
            self.rows = (self.rows or 0) + statement.rows
        if statement.loading is not None and len(self._presets) < MAX_PRESETS:
            self._presets.update(dict.fromkeys(map(preset_name, statement.loading.presets)))

    @property
    def presets(self) -> tuple[str, ...]:
        """The qualified names of the presets whose querysets were evaluated."""
        return tuple(self._presets)

    @property
    def audited(self) -> bool:
        """Whether an audit scope looked for lazy loads."""
        return self._scope is not None or bool(self._reports)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the auditor found, in the scope around and in those that opened and closed inside."""
        around = () if self._scope is None else self._scope.findings
        return (*around, *(finding for report in self._reports for finding in report))

    @property
    def lazy_loads(self) -> int | None:
        """How many of the statements were lazy loads; None where nobody looked for them."""
        return sum(finding.queries for finding in self.findings) if self.audited else None


def preset_name(label: str) -> str:
    """Return the name of a preset; "Preset" for one made on the spot, which has none.

    Such a preset is shown with its arguments, which may be different ones each time.
    """
    return label if all(map(str.isidentifier, label.split("."))) else "Preset"


def _watch(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Send a statement, and tell it to the measurements of this context."""
    measurement = _current.get()
    if measurement is None:
        return execute(sql, params, many, context)
    rows = None
    start = perf_counter()
    try:
        result = execute(sql, params, many, context)
        if sql[:6] == "SELECT" and context["cursor"].rowcount >= 0:
            rows = context["cursor"].rowcount
        return result
    finally:
        seconds = perf_counter() - start
        frame = sys._getframe(1)
        query = query_of(frame)
        loading = None if query is None else query.__dict__.get(KEY)
        statement = Statement(sql, seconds, rows, loading)
        while measurement is not None:
            if measurement.open:
                measurement.executed(statement, frame)
            measurement = measurement.outer


def _watch_connection(*, connection: Any, **kwargs: object) -> None:
    if _watch not in connection.execute_wrappers:
        # The context manager takes the last wrapper off again, so ours must never be the last to
        # come: a connection may open inside one.
        connection.execute_wrappers.insert(0, _watch)


def watch_connections() -> None:
    """See the statements of this thread's connections, and of all that any thread opens from now on."""
    connection_created.connect(_watch_connection, dispatch_uid="perfkit.measuring")
    for connection in connections.all(initialized_only=True):
        _watch_connection(connection=connection)


M = TypeVar("M", bound=Measurement)


class MeasuringMiddleware(EnclosingMiddleware[M]):
    """Runs each request inside a measurement."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        watch_connections()
        self._watches = not self.is_async

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        if not self._watches:
            # The thread of synchronous code may have open connections already.
            self._watches = True
            await sync_to_async(watch_connections)()
        return await super()._acall(request)
