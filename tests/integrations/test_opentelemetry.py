"""OpenTelemetry: what the SDK gets behind its own instrumentation of Django."""

import functools
import os
import subprocess
import sys

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
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


@pytest.fixture
def sdk():
    """Set the SDK up."""
    set_up()


@functools.cache
def set_up():
    """A process can do so once."""
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


def points():
    """Return the attributes of the points of each of our metrics."""
    (resource,) = READER.get_metrics_data().resource_metrics
    return {
        metric.name: [dict(point.attributes) for point in metric.data.data_points]
        for scope in resource.scope_metrics
        if scope.scope.name == "perfkit"
        for metric in scope.metrics
    }


def test_metrics_by_route(span_of):
    """The histogram has the pattern of the route, the counter names model, field and preset."""
    span_of("/view/?read=author")
    found = points()
    assert {"http.request.method": "GET", "http.route": "view/"} in found["perfkit.request.queries"]
    assert any(
        point["perfkit.field"] == "author" and point["perfkit.preset"] == "none"
        for point in found["perfkit.lazy_loads"]
        if "perfkit.field" in point
    )


@pytest.mark.django_db(transaction=True)
def test_metrics_under_asgi(span_of):
    """An asynchronous view is counted by its route."""
    async_to_sync(AsyncClient().get)("/async/?read=author")
    route = {"http.request.method": "GET", "http.route": "async/"}
    assert route in points()["perfkit.request.queries"]


def test_series_are_bounded(span_of, monkeypatch):
    """Beyond the most that are told apart, requests and lazy loads are counted together."""
    monkeypatch.setattr("perfkit.integrations.opentelemetry.MAX_SERIES", 0)
    monkeypatch.setattr("perfkit.integrations.opentelemetry._routes", set())
    monkeypatch.setattr("perfkit.integrations.opentelemetry._loads", set())
    span_of("/template/?read=author")
    found = points()
    for name in ("perfkit.request.queries", "perfkit.lazy_loads"):
        assert {"otel.metric.overflow": True} in found[name]
    assert "template/" not in {p.get("http.route") for p in found["perfkit.request.queries"]}


WITHOUT_SDK = """
import django
django.setup()
from django.test import RequestFactory
from perfkit.integrations.opentelemetry import OpenTelemetryMiddleware
print(OpenTelemetryMiddleware(lambda request: None).enclose(RequestFactory().get("/")))
"""


def test_without_an_sdk_nothing_is_measured():
    """In a process that has set no SDK up, the middleware passes requests on."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", WITHOUT_SDK]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert ran.stdout == "None\n"
