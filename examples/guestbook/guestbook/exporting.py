"""The OpenTelemetry SDK with its OTLP exporters over HTTP."""

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

_TIMEOUT_SECONDS = 3


def trace_provider() -> TracerProvider:
    """Sends spans in batches to where OTEL_EXPORTER_OTLP_TRACES_ENDPOINT says."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_TIMEOUT_SECONDS)))
    return provider


def meter_provider() -> MeterProvider:
    """Sends metrics every OTEL_METRIC_EXPORT_INTERVAL to OTEL_EXPORTER_OTLP_METRICS_ENDPOINT."""
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(timeout=_TIMEOUT_SECONDS))
    return MeterProvider([reader])
