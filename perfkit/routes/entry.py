"""The line of one request in the log: a JSON object, written by a middleware and read by a command."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

#: The value of the key "event", which comes first: it tells our lines from others.
EVENT = "perfkit.route"
#: The methods that are told apart; others, which a client may make up, are OTHER_METHOD, the name that
#: OpenTelemetry's conventions give them.
METHODS = frozenset(
    "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE".split()  # noqa: SIM905 - read as words
)
OTHER_METHOD = "_OTHER"
#: Beyond these a value is no measurement but a broken line.
MAX_SECONDS = 10_000_000
MAX_COUNT = 1_000_000_000
MAX_TEXT = 1_000
MAX_PRESETS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntry:
    """What is written of a request.

    ``route`` is the pattern of the URL ("" where none matched), ``status`` None for a request that
    was given up, ``duration`` and ``database`` are seconds, ``lazy_loads`` is None where nothing was
    audited.
    """

    route: str
    method: str
    status: int | None
    duration: float
    database: float
    queries: int
    lazy_loads: int | None
    presets: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the line, without the newline."""
        return json.dumps(
            {
                "event": EVENT,
                "route": self.route,
                "method": self.method,
                "status": self.status,
                "duration": round(self.duration, 6),
                "database": round(self.database, 6),
                "queries": self.queries,
                "lazy_loads": self.lazy_loads,
                "presets": list(self.presets),
            }
        )

    @classmethod
    def of_dict(cls, value: Mapping[str, Any]) -> RouteEntry:
        """Return the entry of a decoded line; raises ``ValueError`` that says what is wrong with it."""
        presets = value.get("presets", [])
        if not isinstance(presets, list) or len(presets) > MAX_PRESETS:
            raise ValueError("presets is no list of names")
        return cls(
            route=_text("route", value.get("route")),
            method=_text("method", value.get("method")),
            status=_count("status", value.get("status"), optional=True),
            duration=_seconds("duration", value.get("duration")),
            database=_seconds("database", value.get("database")),
            queries=_count("queries", value.get("queries")) or 0,
            lazy_loads=_count("lazy_loads", value.get("lazy_loads"), optional=True),
            presets=tuple(_text("presets", name) for name in presets),
        )


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"{key} is no text of at most {MAX_TEXT} characters")
    # Control characters would be the terminal's to obey.
    return value if value.isprintable() else "".join(c if c.isprintable() else "?" for c in value)


def _count(key: str, value: object, *, optional: bool = False) -> int | None:
    if value is None and optional:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{key} is no number from 0 to {MAX_COUNT}")
    return value


def _seconds(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is no number of seconds")
    if not math.isfinite(value) or not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"{key} is no number of seconds from 0 to {MAX_SECONDS}")
    return float(value)


def route_of(request: HttpRequest) -> str:
    """Return the pattern of a request's URL; "" where none matched."""
    match = getattr(request, "resolver_match", None)
    return "" if match is None else str(match.route)[:MAX_TEXT]


def method_of(request: HttpRequest) -> str:
    """Return the method of a request; OTHER_METHOD for one that HTTP doesn't know."""
    return request.method if request.method in METHODS else OTHER_METHOD
