"""What is on the service's dashboard: from the users' view down to the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.monitoring.dashboard import AlarmStatus, Graph, Row, Text
from modules.monitoring.database import DatabaseMetrics
from modules.monitoring.edge import EdgeMetrics
from modules.monitoring.instances import InstanceMetrics
from modules.monitoring.load_balancer import LoadBalancerMetrics
from modules.monitoring.metric import Metric


@dataclass(frozen=True, kw_only=True)
class ServiceMetrics:
    """Everything that is measured about one service; the edge's metrics are in `edge_region`."""

    edge: EdgeMetrics
    edge_region: str
    load_balancer: LoadBalancerMetrics
    instances: InstanceMetrics
    application_errors: Metric
    databases: Sequence[DatabaseMetrics]


def overview(metrics: ServiceMetrics, *, alarm_arns: Sequence[str], runbooks: str) -> list[Row]:
    """One row for each tier, alarms first, and with them what to do about them."""
    return [
        [
            AlarmStatus(title="Alarms", alarm_arns=alarm_arns),
            Text(markdown=f"## When an alarm goes off\n{runbooks}"),
        ],
        _edge(metrics.edge, metrics.edge_region),
        _load_balancer(metrics.load_balancer),
        _instances(metrics.instances, metrics.application_errors),
        *(_database(database) for database in metrics.databases),
    ]


def _edge(edge: EdgeMetrics, region: str) -> Row:
    return [
        Graph(title="Viewers' requests", metrics={"requests": edge.requests}, region=region),
        Graph(title="Viewers' errors (%)", metrics={"5xx": edge.error_rate}, region=region),
        Graph(
            title="WAF",
            metrics={"allowed": edge.allowed, "blocked": edge.blocked},
            region=region,
        ),
    ]


def _load_balancer(load_balancer: LoadBalancerMetrics) -> Row:
    percentiles = ("p50", "p95", "p99")
    return [
        Graph(title="Dynamic requests", metrics={"requests": load_balancer.requests}),
        Graph(title="Server errors (%)", metrics={"5xx": load_balancer.error_rate}),
        Graph(
            title="Latency (seconds)",
            metrics={each: load_balancer.latency(each) for each in percentiles},
        ),
        Graph(
            title="Hosts",
            metrics={
                "healthy": load_balancer.healthy_hosts,
                "unhealthy": load_balancer.unhealthy_hosts,
            },
        ),
    ]


def _instances(instances: InstanceMetrics, application_errors: Metric) -> Row:
    return [
        Graph(title="Instances in service", metrics={"in service": instances.in_service}),
        Graph(
            title="Instances (%)",
            metrics={"cpu": instances.cpu, "memory": instances.memory, "disk": instances.disk},
        ),
        Graph(title="Errors in the application's log", metrics={"errors": application_errors}),
    ]


def _database(database: DatabaseMetrics) -> Row:
    name = database.purpose
    return [
        Graph(title=f"{name}: CPU (%)", metrics={"cpu": database.cpu}),
        Graph(title=f"{name}: connections", metrics={"connections": database.connections}),
        Graph(
            title=f"{name}: disk latency (seconds)",
            metrics={"reads": database.read_latency, "writes": database.write_latency},
        ),
        Graph(
            title=f"{name}: free (bytes)",
            metrics={"storage": database.free_storage, "memory": database.free_memory},
        ),
    ]
