"""Settings of the monitoring tier."""

from typing import Annotated

from pydantic import Field

from config.allowed import Form
from config.fields import Email, Percent, Section

Place = Annotated[
    str,
    Field(pattern=r"^(https://)?[A-Za-z0-9][A-Za-z0-9._~/-]*[A-Za-z0-9]$", max_length=500),
    Form("a folder of the repository, or an https address without its last slash", "docs/runbooks"),
]
FreeGib = Annotated[int, Field(ge=1, le=5957)]


# Below 93.1 not even a site that always fails does so 14.4 times as often as is allowed; more than
# 99.99 is not promised of a load balancer. https://aws.amazon.com/elasticloadbalancing/sla/
Promised = Annotated[float, Field(ge=95.0, le=99.99)]


class Thresholds(Section):
    """When an alarm goes off."""

    instance_cpu_percent: Percent = Field(85, description="the instances' processors, in percent")
    memory_percent: Percent = Field(85, description="an instance's memory in use, in percent")
    disk_percent: Percent = Field(80, description="an instance's volume in use, in percent")
    database_cpu_percent: Percent = Field(80, description="the database's processors, in percent")
    database_connections: int = Field(500, ge=1, le=100_000, description="open connections")
    database_free_storage_gib: FreeGib | None = Field(
        None,
        description="GiB that are free, less than 10 % of what is allocated; when absent, 5 % of "
        "it, at most 100",
    )
    database_free_memory_mib: int = Field(
        512, ge=1, le=1_048_576, description="MiB of memory that are free"
    )
    replica_lag_seconds: int = Field(
        60, ge=1, le=86400, description="seconds that a read replica is behind"
    )
    latency_p50_seconds: float = Field(
        0.3, gt=0.0, le=4000.0, description="seconds that half of the answers take at most"
    )
    latency_p95_seconds: float = Field(
        1.0, gt=0.0, le=4000.0, description="seconds that 95 % of the answers take at most"
    )
    latency_p99_seconds: float = Field(
        2.0, gt=0.0, le=4000.0, description="seconds that 99 % of the answers take at most"
    )
    error_rate_percent: float = Field(
        1.0, gt=0.0, le=100.0, description="share of failed requests, in percent"
    )
    outage_percent: float = Field(
        25.0,
        gt=0.0,
        le=100.0,
        description="share of failed requests that counts as down, in percent",
    )
    application_errors: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description="error lines in the application's log in five minutes",
    )
    blocked_requests: int = Field(
        1000, ge=1, le=1_000_000_000, description="requests that WAF blocks in five minutes"
    )


class Objectives(Section):
    """What is promised of thirty days: alarms tell when failures use up too fast what it allows."""

    availability: Promised = Field(
        99.9, description="share of requests that do not end in a server error, in percent"
    )
    latency: Promised | None = Field(
        None,
        description="share of answers that come within latency_seconds, in percent; when absent, "
        "nothing is promised of it",
    )
    latency_seconds: float = Field(
        1.0, ge=0.01, le=60.0, description="seconds within which an answer is in time"
    )
    least_failures: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description="failed or late requests without which no conclusion is drawn, so that a few "
        "at night wake nobody",
    )


class Monitoring(Section):
    """Whom to tell, and when."""

    alarm_emails: tuple[Email, ...] = Field(
        (),
        max_length=50,
        description="addresses that get the alarms; each must confirm the subscription",
    )
    trace_percent: int = Field(
        5, ge=0, le=100, description="share of requests that X-Ray traces, in percent"
    )
    runbooks: Place = Field(
        "docs/runbooks",
        description="where the alarms say that their runbooks are: as in the repository, or the "
        "address under which your people read it",
    )
    slo: Objectives = Objectives()
    thresholds: Thresholds = Thresholds()
