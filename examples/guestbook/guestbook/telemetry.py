"""Traces and metrics over OTLP, for a collector that the environment names; else nothing."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager

from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import Span, SpanKind

_TRACES, _METRICS = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"
_tracer = trace.get_tracer("guestbook")
_meter = metrics.get_meter("guestbook")
# Names, units and bounds: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
_duration = _meter.create_histogram(
    "http.server.request.duration",
    unit="s",
    description="Time until a request is answered",
    explicit_bucket_boundaries_advisory=[
        *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25),
        *(0.5, 0.75, 1, 2.5, 5, 7.5, 10),
    ],
)
_requests = _meter.create_counter("http.server.requests", description="Requests that were answered")
_errors = _meter.create_counter("http.server.errors", description="Answers with a status from 500")


def request_span(
    method: str, route: str, headers: Mapping[str, str]
) -> AbstractContextManager[Span]:
    """A span that continues the caller's trace, if there is one."""
    attributes = {"http.request.method": method, "http.route": route}
    return _tracer.start_as_current_span(
        f"{method} {route}",
        context=propagate.extract(headers),
        kind=SpanKind.SERVER,
        attributes=attributes,
    )


def query_span(statement: str) -> AbstractContextManager[Span]:
    """A span for a statement; its values are no part of it."""
    attributes = {"db.system.name": "mysql", "db.query.text": statement}
    name = statement.partition(" ")[0]
    return _tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes)


def record(span: Span, *, method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered, and how long that took."""
    span.set_attribute("http.response.status_code", status)
    attributes = {"http.request.method": method, "http.route": route}
    _requests.add(1, attributes)
    if status >= 500:
        span.set_status(trace.StatusCode.ERROR)
        _errors.add(1, attributes)
    _duration.record(seconds, {**attributes, "http.response.status_code": status})


class Telemetry:
    """What sends spans and metrics in the background, until it is closed.

    The SDK reads its other settings itself, such as `OTEL_SERVICE_NAME` and `OTEL_TRACES_SAMPLER`:
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._stops = []
        # The SDK takes a while to import, and costs nothing where nobody listens.
        if environ.get(_TRACES):
            from guestbook.exporting import trace_provider  # noqa: PLC0415

            traces = trace_provider()
            trace.set_tracer_provider(traces)
            self._stops.append(traces.shutdown)
        if environ.get(_METRICS):
            from guestbook.exporting import meter_provider  # noqa: PLC0415

            measured = meter_provider()
            metrics.set_meter_provider(measured)
            self._stops.append(measured.shutdown)

    def close(self) -> None:
        """Send what is still here; blocks."""
        for stop in self._stops:
            stop()
