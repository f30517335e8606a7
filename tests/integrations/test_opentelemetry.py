"""OpenTelemetry: what the SDK gets behind its own instrumentation of Django."""

import pytest
from django.test import Client
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.auditor.conftest import books  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.auditor.urls")]
OURS = "perfkit.integrations.opentelemetry.OpenTelemetryMiddleware"
EXPORTER = InMemorySpanExporter()
READER = InMemoryMetricReader()


@pytest.fixture(scope="module")
def sdk():
    """Set the SDK up; a process can do so once."""
    spans = TracerProvider()
    spans.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(spans)
    metrics.set_meter_provider(MeterProvider([READER]))


@pytest.fixture
def span_of(sdk, settings, books):  # noqa: F811 - a fixture
    """Return a function that requests a path and gives the span of the request."""
    settings.MIDDLEWARE = [OURS, "perfkit.middleware.AuditMiddleware"]
    settings.PERFKIT = {"AUDIT": "log"}
    DjangoInstrumentor().instrument()
    EXPORTER.clear()

    def request(path):
        Client().get(path).getvalue()
        (span,) = EXPORTER.get_finished_spans()
        return span

    yield request
    DjangoInstrumentor().uninstrument()


def test_the_span_has_the_figures_and_an_event_per_finding(span_of):
    """Queries, time and lazy loads are attributes; the finding is an event with its line."""
    span = span_of("/view/?read=author")
    assert span.attributes["perfkit.queries"] == 4
    assert span.attributes["perfkit.lazy_loads"] == 3
    assert span.attributes["perfkit.query_time"] > 0
    (event,) = span.events
    assert event.attributes["perfkit.field"] == "author"
    assert event.attributes["code.file.path"].endswith("reads.py") or event.attributes[
        "code.file.path"
    ].endswith("views.py")
    assert "select_related" in event.attributes["perfkit.advice"]


def test_without_the_auditor_queries_are_counted(span_of, settings):
    """With the auditor off there are queries, and no word of lazy loads."""
    settings.PERFKIT = {}
    span = span_of("/view/?read=author")
    assert span.attributes["perfkit.queries"] == 4
    assert "perfkit.lazy_loads" not in span.attributes
    assert span.events == ()


def test_metrics_by_route(span_of):
    """The histogram has the pattern of the route, the counter names model, field and preset."""
    span_of("/view/?read=author")
    (resource,) = READER.get_metrics_data().resource_metrics
    found = {
        metric.name: [dict(point.attributes) for point in metric.data.data_points]
        for scope in resource.scope_metrics
        if scope.scope.name == "perfkit"
        for metric in scope.metrics
    }
    assert {"http.request.method": "GET", "http.route": "view/"} in found["perfkit.request.queries"]
    assert any(
        point["perfkit.field"] == "author" and point["perfkit.preset"] == "none"
        for point in found["perfkit.lazy_loads"]
    )
