"""From the bytes of a log to entries: whatever stands in it, lines of any kind and length."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from perfkit.routes.entry import EVENT, RouteEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

#: The longest line that is looked at, in bytes; of a longer one no more than this is held in memory.
MAX_LINE = 65_536
_MARK = EVENT.encode()
_decoder = json.JSONDecoder()


@dataclass
class Skipped:
    """How many lines gave no entry: those of others, broken ones of ours, and ones too long to read."""

    others: int = 0
    broken: int = 0
    too_long: int = 0


def entries(log: IO[bytes], skipped: Skipped) -> Iterator[RouteEntry]:
    """Yield the entries of a log, and count in ``skipped`` the lines that have none."""
    while line := log.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            skipped.too_long += 1
            while line and not line.endswith(b"\n"):
                line = log.readline(MAX_LINE)
        elif _MARK not in line:
            skipped.others += bool(line.strip())
        else:
            entry = entry_of(line.decode("utf-8", "replace"))
            if entry is None:
                skipped.broken += 1
            else:
                yield entry


def entry_of(line: str, depth: int = 3) -> RouteEntry | None:
    """Return the entry in a line, behind a prefix or inside the JSON of another logger; or None."""
    start = line.find("{")
    while start >= 0 and depth:
        try:
            value, _ = _decoder.raw_decode(line, start)
            return _entry_in(value, depth)
        except (ValueError, RecursionError):  # noqa: PERF203 - a prefix may have a brace too
            start = line.find("{", start + 1)
            depth -= 1
    return None


def _entry_in(value: dict[str, Any], depth: int) -> RouteEntry | None:
    if value.get("event") == EVENT:
        return RouteEntry.of_dict(value)
    for inner in value.values():
        if isinstance(inner, str) and EVENT in inner:
            return entry_of(inner, depth - 1)
    return None
