"""A panel of the Django Debug Toolbar: what a request loaded lazily, and what its presets loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from debug_toolbar.panels import Panel

from perfkit.auditor import config
from perfkit.auditor.audit import Opening
from perfkit.auditor.callers import evaluated_at
from perfkit.auditor.findings import short_path
from perfkit.measuring import Measurement, watch_connections
from perfkit.usage.recorder import current as current_recorder
from perfkit.usage.text import describe_queryset

if TYPE_CHECKING:
    from types import FrameType

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perfkit.auditor.findings import Finding, Place
    from perfkit.measuring import Statement
    from perfkit.usage.recorder import Recorder

#: How many lines that send queries, and how many plans, are told apart; the rest is counted.
MAX_LINES = 200
MAX_PLANS = 50


class PerfkitPanel(Panel):
    """Shows lazy loads, the plans of presets, queries by line and usage evidence of a request.

    It audits the request by itself where no ``AuditMiddleware`` does. What a streamed response
    loads after its headers isn't seen: the toolbar doesn't wait for it.
    """

    title = "perfkit"
    template = "perfkit/debug_toolbar_panel.html"
    is_async = True

    _request: _Request | None = None

    if TYPE_CHECKING:
        # The toolbar has no types for these.
        def get_stats(self) -> dict[str, Any]: ...  # noqa: D102
        def record_stats(self, stats: dict[str, Any]) -> None: ...  # noqa: D102

    @property
    def nav_subtitle(self) -> str:
        """How many lazy loads in how many queries."""
        stats = self.get_stats()
        return f"{stats['lazy_loads']} lazy of {_count(stats['queries'], 'query', 'queries')}"

    def enable_instrumentation(self) -> None:
        """Audit and measure what follows in this context."""
        watch_connections()
        self._begin()

    async def aenable_instrumentation(self) -> None:
        """Do the same under ASGI, where connections are those of another thread."""
        await sync_to_async(watch_connections)()
        self._begin()

    def _begin(self) -> None:
        if self._request is None:
            self._request = _Request()
            self._request.enter()

    def disable_instrumentation(self) -> None:
        """End both."""
        if self._request is not None and self._request.open:
            self._request.leave()
            self._request.close()

    def generate_stats(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """Keep what was found, as plain values."""
        if self._request is not None:
            self.record_stats(self._request.to_dict())


class _Request(Measurement):
    """A request that is being audited and measured."""

    def __init__(self) -> None:
        super().__init__()
        self._opening = None
        if self._scope is None:
            self._opening = Opening(config.for_scope("collect"))
            self._scope = self._opening.scope
        self._lines: dict[tuple[Place | None, Place | None], _Line] = {}
        self._plans: dict[tuple[tuple[str, ...], str], int] = {}
        #: The queries whose line, and whose plan, was one too many.
        self._other_lines = self._other_plans = 0
        self._recorder: Recorder | None = None

    def enter(self) -> None:
        """Audit and measure what follows in this context."""
        if self._opening is not None:
            self._opening.enter()
        super().enter()

    def leave(self) -> None:
        """Make what was current before the current one again."""
        super().leave()
        if self._opening is not None:
            self._opening.leave()

    def close(self) -> None:
        """End both."""
        super().close()
        if self._opening is not None:
            self._opening.close()

    def executed(self, statement: Statement, frame: FrameType) -> None:
        """Count a statement for the line that asked for it, and for the plan that it carries out."""
        super().executed(statement, frame)
        self._recorder = current_recorder.get() or self._recorder
        loading = statement.loading
        presets = () if loading is None else loading.presets
        location, template, _ = evaluated_at(frame)
        line = self._lines.get((location, template))
        if line is None and len(self._lines) < MAX_LINES:
            line = self._lines[location, template] = _Line(location, template)
        if line is None:
            self._other_lines += 1
        else:
            line.add(statement, presets)
        # What a prefetch of a plan loads has no preset of its own.
        if loading is not None and presets:
            plan = presets, str(loading.plan)
            if plan in self._plans or len(self._plans) < MAX_PLANS:
                self._plans[plan] = self._plans.get(plan, 0) + 1
            else:
                self._other_plans += 1

    def to_dict(self) -> dict[str, Any]:
        """Return all that was seen, as values that JSON has."""
        lines = sorted(self._lines.values(), key=lambda line: (-line.queries, -line.seconds))
        return {
            "queries": self.queries,
            "milliseconds": self.seconds * 1000,
            "lazy_loads": self.lazy_loads or 0,
            "findings": [_finding(finding) for finding in self.findings],
            "plans": [
                {"presets": list(presets), "tree": tree, "evaluations": count}
                for (presets, tree), count in self._plans.items()
            ],
            "other_plans": self._other_plans,
            "lines": [line.to_dict() for line in lines],
            "other_lines": self._other_lines,
            "usage": self._usage(),
        }

    def _usage(self) -> list[str] | None:
        """Return the evidence of the lines of this request; None where nothing is recorded."""
        if self._recorder is None:
            return None
        lines = {line.key for line in self._lines.values()}
        return [
            "\n".join(describe_queryset(usage))
            for usage in self._recorder.evidence().querysets
            if (usage.line.file, usage.line.line, usage.line.template, usage.line.template_line)
            in lines
        ]


@dataclass(slots=True)
class _Line:
    """The statements of one line."""

    location: Place | None
    template: Place | None
    queries: int = 0
    seconds: float = 0.0
    rows: int | None = None
    presets: dict[str, None] = field(default_factory=dict)

    def add(self, statement: Statement, presets: tuple[str, ...]) -> None:
        """Count a statement."""
        self.queries += 1
        self.seconds += statement.seconds
        if statement.rows is not None:
            self.rows = (self.rows or 0) + statement.rows
        self.presets.update(dict.fromkeys(presets))

    @property
    def key(self) -> tuple[str, int, str, int]:
        """File and line, of the code and of the template."""
        return (*_file_and_line(self.location), *_file_and_line(self.template))

    def to_dict(self) -> dict[str, Any]:
        """Return the line as a dictionary of plain values."""
        return {
            "places": _places(self.template, self.location),
            "queries": self.queries,
            "milliseconds": self.seconds * 1000,
            "rows": self.rows,
            "presets": list(self.presets),
        }


def _file_and_line(place: Place | None) -> tuple[str, int]:
    return (short_path(place.file), place.line) if place is not None else ("", 0)


def _places(*places: Place | None) -> list[dict[str, str]]:
    return [{"place": str(place), "source": place.source} for place in places if place is not None]


def _finding(finding: Finding) -> dict[str, Any]:
    origin = finding.origin
    return {
        "kind": finding.kind,
        "target": finding.target,
        "count": _count(finding.count, "time", "times"),
        "queries": _count(finding.queries, "query", "queries"),
        "milliseconds": finding.duration * 1000,
        "asked": [*finding.via, *filter(None, [finding.serializer_field, finding.admin_column])],
        "places": _places(finding.template, finding.location),
        "origin": _places(origin.template, origin.location) if origin is not None else [],
        "path": origin.path if origin is not None else "",
        "presets": list(origin.presets) if origin is not None else [],
        "advice": finding.advice,
    }


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
