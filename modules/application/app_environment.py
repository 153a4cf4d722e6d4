"""What the application finds in its environment, as far as Terrace sets it."""

from collections.abc import Mapping

from config.naming import Naming
from modules.application.cloudwatch_agent import METRICS_HTTP, TRACES_HTTP
from modules.database.mysql import MysqlDatabase

CURRENT = "/opt/application/current"


def app_environment(
    *,
    naming: Naming,
    release: str,
    database: MysqlDatabase,
    assets_base_url: str,
    trace_percent: int,
) -> Mapping[str, str]:
    """Variables by name; `PORT` is not among them, since a release is tried on another one.

    Whether a request is traced is decided here alone: a visitor's `traceparent` decides nothing,
    as the propagator that there is does not read it. Counts are sent as differences, under one
    identity: each of another would be a metric of CloudWatch's, which is billed.
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """
    return {
        "APP_VERSION": release[:12],
        "ASSETS_BASE_URL": assets_base_url,
        "AWS_DEFAULT_REGION": naming.region,
        "AWS_REGION": naming.region,
        "DB_HOST": database.address,
        "DB_NAME": database.database_name,
        "DB_PORT": str(database.port),
        "DB_SECRET_ARN": database.secret_arn,
        "DB_TLS_CA": f"{CURRENT}/rds-ca.pem",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"http://{METRICS_HTTP}/v1/metrics",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://{TRACES_HTTP}/v1/traces",
        "OTEL_PROPAGATORS": "baggage",
        "OTEL_RESOURCE_ATTRIBUTES": f"service.instance.id={naming.name('application')}",
        "OTEL_SERVICE_NAME": naming.name("application"),
        "OTEL_TRACES_SAMPLER": "traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": f"{trace_percent / 100:g}",
        "PATH": f"{CURRENT}/venv/bin:/usr/local/bin:/usr/bin:/bin",
    }
