"""Measuring a page: a call through the whole request cycle, and what the database gave to it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from perfkit import Finding, audit

_turn = threading.Lock()


@contextmanager
def watched_by(*middleware: str, audit: str = "off") -> Iterator[None]:
    """Let calls pass this middleware and Django's own, and nothing else that watches requests.

    They are no requests of users: the log of the routes, the toolbar, usage evidence and traces must
    not have them. One block at a time, since settings are those of the whole process.
    """
    plain = [entry for entry in settings.MIDDLEWARE if entry.startswith("django.")]
    with _turn, override_settings(MIDDLEWARE=[*middleware, *plain], PERFKIT={"AUDIT": audit}):
        yield


@dataclass
class Tally:
    """Counts statements, and the values that are fetched from the database.

    It is used as ``with connection.execute_wrapper(tally.watch): ...``.
    """

    statements: Counter[str] = field(default_factory=Counter)
    #: How many values were fetched: one per column and row.
    columns: int = 0
    #: How many bytes these are when written as text.
    size: int = 0

    @property
    def queries(self) -> int:
        """How many statements were sent."""
        return sum(self.statements.values())

    @property
    def most_common(self) -> list[tuple[str, int]]:
        """The statements, each with how often it was sent, the most frequent ones first."""
        return self.statements.most_common()

    def watch(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        """Run a statement, and count it and the rows that will be read from its cursor."""
        self.statements[sql] += 1
        result = execute(sql, params, many, context)
        cursor = context["cursor"]
        if not isinstance(cursor.cursor, CountingCursor):
            cursor.cursor = CountingCursor(cursor.cursor, self)
        return result

    def count(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Count the values of these rows."""
        for row in rows:
            self.columns += len(row)
            self.size += sum(map(text_size, row))


def text_size(value: Any) -> int:
    """Return the number of bytes of a value as text; nothing for NULL."""
    if value is None:
        return 0
    return len(value) if isinstance(value, bytes) else len(str(value).encode())


class CountingCursor:
    """A database driver's cursor that tells a tally which rows it gives out."""

    def __init__(self, cursor: Any, tally: Tally) -> None:
        self._cursor = cursor
        self._tally = tally

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self._cursor:
            self._tally.count([row])
            yield row

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None."""
        row = self._cursor.fetchone()
        self._tally.count([row] if row is not None else [])
        return row

    def fetchmany(self, *args: int) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        rows = self._cursor.fetchmany(*args)
        self._tally.count(rows)
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all other rows."""
        rows = self._cursor.fetchall()
        self._tally.count(rows)
        return rows


@dataclass(frozen=True)
class Measurement:
    """What one call of a URL took."""

    url: str
    body: bytes
    tally: Tally
    #: What the auditor reports: a finding for each place that loads lazily.
    findings: tuple[Finding, ...]
    #: Of the median call, without the counting and without the auditor.
    seconds: float

    @property
    def lazy_loads(self) -> int:
        """How often something was loaded lazily."""
        return sum(finding.count for finding in self.findings)


def call(url: str) -> bytes:
    """Call a URL through the whole request cycle and return the body, streamed ones too.

    Raises RuntimeError when the status is not 200.
    """
    # The name is allowed in the settings of the shop, and wherever DEBUG is on.
    response = Client(SERVER_NAME="localhost").get(url)
    if response.status_code != 200:
        raise RuntimeError(f"{url} answers with status {response.status_code}.")
    return response.getvalue()


def inspect(url: str) -> tuple[bytes, Tally, tuple[Finding, ...]]:
    """Call a URL once; return the body, what was fetched, and what was loaded lazily."""
    tally = Tally()
    with connection.execute_wrapper(tally.watch), audit(mode="collect") as report:
        body = call(url)
    return body, tally, report.findings


def take_time(url: str) -> float:
    """Call a URL once and return the seconds that it took."""
    start = perf_counter()
    call(url)
    return perf_counter() - start


def measure(*urls: str, rounds: int = 1) -> list[Measurement]:
    """Call each URL once to count and so many times to take the time; in turns, to be fair.

    Each call has a context of its own, so that a request that measures doesn't audit them too.
    """
    with watched_by():
        counted = [Context().run(inspect, url) for url in urls]
        seconds = [[Context().run(take_time, url) for url in urls] for _ in range(rounds)]
    medians = map(median, zip(*seconds, strict=True))
    return [
        Measurement(url, *found, middle)
        for url, found, middle in zip(urls, counted, medians, strict=True)
    ]
