"""OpenTelemetry for the shop, printed on the console: ``make serve OTEL=console``."""

from __future__ import annotations

from opentelemetry import metrics, trace
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor


def start() -> None:
    """Print each span as it ends, and the metrics every ten seconds."""
    resource = Resource.create({"service.name": "shop"})
    tracer = TracerProvider(resource=resource)
    tracer.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    trace.set_tracer_provider(tracer)
    reader = PeriodicExportingMetricReader(ConsoleMetricExporter(), export_interval_millis=10_000)
    metrics.set_meter_provider(MeterProvider([reader], resource=resource))
    # It puts its own middleware first.
    DjangoInstrumentor().instrument()
