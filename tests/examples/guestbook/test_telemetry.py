import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

from config import load
from modules.application.app_environment import app_environment
from modules.database.mysql import MysqlDatabase
from tests.examples.guestbook import site as sites

pytestmark = pytest.mark.slow

TRACE = "0af7651916cd43dd8448eb211c80319c"
DEV = load("dev")
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@dataclass
class Collector:
    """Receives OTLP over HTTP, as the CloudWatch agent does."""

    traces: ExportTraceServiceRequest = field(default_factory=ExportTraceServiceRequest)
    metrics: ExportMetricsServiceRequest = field(default_factory=ExportMetricsServiceRequest)
    url: str = ""

    def receive(self, path: str, body: bytes) -> None:
        message = self.traces if path == "/v1/traces" else self.metrics
        message.MergeFromString(body)


@pytest.fixture
def collector() -> Iterator[Collector]:
    gathered = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gathered.receive(self.path, body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gathered.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield gathered
        server.shutdown()


def endpoints(url: str) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{url}/traces",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{url}/metrics",
        "OTEL_SERVICE_NAME": "test-application",
        "WEB_CONCURRENCY": "1",
    }


def test_requests_are_traced_and_counted(
    collector: Collector, environ: dict[str, str], log: Path
) -> None:
    with sites.running(environ, log, **endpoints(collector.url)) as site:
        number = site.get(Traceparent=PARENT).headers["x-request-id"]
        line = site.line(request_id=number)
        site.get("/nothing")
        assert site.stop() == 0
    assert line["trace_id"] == TRACE
    [resource] = collector.traces.resource_spans
    assert "test-application" in str(resource.resource)
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    mine = {span.name: span for span in spans if span.trace_id.hex() == TRACE}
    assert set(mine) == {"GET /", "SELECT"}
    assert mine["SELECT"].parent_span_id == mine["GET /"].span_id
    assert "WHERE id < ? ORDER BY" in str(mine["SELECT"].attributes)
    metrics = {
        metric.name: metric
        for measured in collector.metrics.resource_metrics
        for scope in measured.scope_metrics
        for metric in scope.metrics
    }
    assert {"http.server.request.duration", "http.server.requests"} <= set(metrics)
    assert "other" in str(metrics["http.server.requests"])
    assert "nothing" not in str(metrics)


def on_an_instance(percent: int) -> dict[str, str]:
    """What the platform says of telemetry."""
    database = SimpleNamespace(address="", database_name="", port=3306, secret_arn="")
    found = app_environment(
        naming=DEV.naming,
        release="0" * 64,
        database=cast(MysqlDatabase, database),
        assets_base_url="",
        trace_percent=percent,
    )
    return {name: value for name, value in found.items() if name.startswith("OTEL_")}


def test_visitors_decide_nothing_of_what_an_instance_traces(
    collector: Collector, environ: dict[str, str], log: Path
) -> None:
    telemetry = {**on_an_instance(0), **endpoints(collector.url)}
    with sites.running(environ, log, **telemetry) as site:
        site.get(Traceparent=PARENT)
        assert site.stop() == 0
    assert not collector.traces.resource_spans


def test_an_instance_counts_under_one_identity_and_from_the_first_request(
    collector: Collector, environ: dict[str, str], log: Path
) -> None:
    telemetry = {**on_an_instance(100), **endpoints(collector.url)}
    with sites.running(environ, log, **telemetry) as site:
        site.get(Traceparent=PARENT)
        assert site.stop() == 0
    for measured in collector.metrics.resource_metrics:
        attributes = {each.key: each.value.string_value for each in measured.resource.attributes}
        assert attributes["service.instance.id"] == DEV.naming.name("application")
        for metric in (each for scope in measured.scope_metrics for each in scope.metrics):
            kind = metric.WhichOneof("data")
            assert getattr(metric, kind).aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA
    spans = [
        span
        for resource in collector.traces.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert spans
    assert TRACE not in {span.trace_id.hex() for span in spans}


def test_a_collector_that_is_not_there_harms_nobody(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log, **endpoints("http://127.0.0.1:9/v1")) as site:
        assert site.get().status == 200
        assert site.stop() == 0
    assert '"level": "ERROR"' not in log.read_text()


def test_nothing_is_traced_where_nobody_listens(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log) as site:
        number = site.get().headers["x-request-id"]
        assert "trace_id" not in site.line(request_id=number)
