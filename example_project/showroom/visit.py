"""A visit to the shop: what its requests leave in the log, and what they read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import get_ident

from example_project.showroom.measure import call, watched_by
from perfkit import record_usage
from perfkit.usage import files
from perfkit.usage.evidence import QuerysetUsage

MIDDLEWARE = "perfkit.middleware.RoutesMiddleware", "perfkit.middleware.AuditMiddleware"


@contextmanager
def visit(urls: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Call these URLs; give the log of the requests and the evidence of what was read, two files."""
    # A context of its own, so that a request that visits doesn't audit the visit too.
    lines, querysets = Context().run(_visit, list(urls))
    with TemporaryDirectory() as folder:
        log, usage = Path(folder) / "requests.log", Path(folder) / "usage.jsonl"
        log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        files.append(str(usage), querysets)
        yield str(log), str(usage)


def _visit(urls: list[str]) -> tuple[list[str], tuple[QuerysetUsage, ...]]:
    with (
        watched_by(*MIDDLEWARE, audit="collect"),
        _lines_of_this_thread() as lines,
        record_usage() as recorded,
    ):
        for url in urls:
            call(url)
    return lines, recorded.querysets


@contextmanager
def _lines_of_this_thread() -> Iterator[list[str]]:
    """Give the lines that this thread logs of its requests, and keep them from the log of the users'."""
    lines: list[str] = []
    logger = logging.getLogger("perfkit.routes")
    thread = get_ident()

    def divert(record: logging.LogRecord) -> bool:
        mine = record.thread == thread
        if mine:
            lines.append(record.getMessage())
        return not mine

    level = logger.level
    logger.addFilter(divert)
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.removeFilter(divert)
        logger.setLevel(level)
