"""What a request costs, on its OpenTelemetry span and in metrics by route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import metrics, trace

from perfkit.auditor.findings import label, short_path
from perfkit.measuring import Measurement, MeasuringMiddleware, preset_name
from perfkit.routes.entry import method_of, route_of

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perfkit.auditor.findings import Finding

#: How many sets of attributes each metric tells apart; the rest is counted under OVERFLOW, which
#: OpenTelemetry's SDK uses for its own limit, too.
MAX_SERIES = 1_000
OVERFLOW: dict[str, str | bool] = {"otel.metric.overflow": True}

_meter = metrics.get_meter("perfkit")
_queries = _meter.create_histogram(
    "perfkit.request.queries", unit="{query}", description="Queries per request."
)
_lazy_loads = _meter.create_counter(
    "perfkit.lazy_loads", unit="{query}", description="Queries that were lazy loads."
)


class OpenTelemetryMiddleware(MeasuringMiddleware["_Request"]):
    """Put queries, their time, rows, presets and lazy loads on the span that is current, and in metrics.

    Lazy loads and their events are there where the auditor is on; the rest is counted without it.
    Without an SDK nothing is measured. It belongs below OpenTelemetry's own middleware for Django, which
    its instrumentation puts first. The span of a streamed response ends before its content is made,
    so it has what was known by then; metrics have all of it.
    """

    def enclose(self, request: HttpRequest) -> _Request | None:
        """Return the measurement of a request; None where nobody records."""
        span = trace.get_current_span()
        # Without an SDK the providers are the API's own, which record nothing.
        provider = type(metrics.get_meter_provider()).__module__
        if not span.is_recording() and provider.startswith("opentelemetry.metrics."):
            return None
        return _Request(request, span)

    def answered(self, enclosure: _Request, response: HttpResponseBase) -> None:
        """Write to the span, which ends before a streamed response does."""
        enclosure.describe()


class _Request(Measurement):
    """A request that is being measured."""

    def __init__(self, request: HttpRequest, span: trace.Span) -> None:
        super().__init__()
        self._request = request
        self._span = span

    def describe(self) -> None:
        """Set the attributes of the span, and add an event per finding."""
        span = self._span
        if not span.is_recording():
            return
        span.set_attribute("perfkit.queries", self.queries)
        span.set_attribute("perfkit.query_time", self.seconds)
        span.set_attribute("perfkit.presets", self.presets)
        if self.rows is not None:
            span.set_attribute("db.response.returned_rows", self.rows)
        if self.lazy_loads is not None:
            span.set_attribute("perfkit.lazy_loads", self.lazy_loads)
        for finding in self.findings:
            span.add_event("perfkit.finding", _event(finding))

    def close(self) -> None:
        """Record the metrics."""
        if not self.open:
            return
        super().close()
        attributes: dict[str, str | bool] = {"http.request.method": method_of(self._request)}
        if route := route_of(self._request):
            attributes["http.route"] = route
        _queries.record(self.queries, _bounded(attributes, _routes))
        for finding in self.findings:
            if finding.queries:
                _lazy_loads.add(finding.queries, _bounded(_names(finding), _loads))


#: The sets of attributes that were met.
_routes: set[frozenset[tuple[str, str | bool]]] = set()
_loads: set[frozenset[tuple[str, str | bool]]] = set()


def _bounded(
    attributes: dict[str, str | bool], known: set[frozenset[tuple[str, str | bool]]]
) -> dict[str, str | bool]:
    """Return the attributes, or OVERFLOW where they are one set too many."""
    key = frozenset(attributes.items())
    if key not in known:
        if len(known) >= MAX_SERIES:
            return OVERFLOW
        known.add(key)
    return attributes


def _names(finding: Finding) -> dict[str, str | bool]:
    """Return what tells findings apart in metrics: names of the project's code, which are not many."""
    presets = finding.origin.presets if finding.origin is not None else ()
    return {
        "perfkit.kind": finding.kind,
        "perfkit.model": label(finding.model) if finding.model else "",
        "perfkit.field": finding.field,
        "perfkit.preset": " | ".join(dict.fromkeys(map(preset_name, presets))) or "none",
    }


def _event(finding: Finding) -> dict[str, str | int | bool]:
    event: dict[str, str | int | bool] = {
        **_names(finding),
        "perfkit.count": finding.count,
        "perfkit.advice": finding.advice,
    }
    place = finding.location or finding.template
    if place is not None:
        event["code.file.path"] = short_path(place.file)
        event["code.line.number"] = place.line
        event["code.function.name"] = place.function
    return event
