"""Settings of the monitoring tier."""

from pydantic import Field

from config.fields import Email, Percent, Section


class Thresholds(Section):
    """When an alarm goes off."""

    instance_cpu_percent: Percent = 85
    memory_percent: Percent = 85
    disk_percent: Percent = 80
    database_cpu_percent: Percent = 80
    database_connections: int = Field(500, ge=1, description="open connections, from 1")
    database_free_storage_gib: int = Field(10, ge=1, description="GiB, from 1")
    database_free_memory_mib: int = Field(512, ge=1, description="MiB, from 1")
    replica_lag_seconds: int = Field(60, ge=1, description="seconds, from 1")
    latency_p50_seconds: float = Field(0.3, gt=0.0, description="seconds, above 0")
    latency_p95_seconds: float = Field(1.0, gt=0.0, description="seconds, above 0")
    latency_p99_seconds: float = Field(2.0, gt=0.0, description="seconds, above 0")
    error_rate_percent: float = Field(
        1.0, gt=0.0, le=100.0, description="share of failed requests, above 0 to 100"
    )
    outage_percent: float = Field(
        25.0,
        gt=0.0,
        le=100.0,
        description="share of failed requests that counts as down, above 0 to 100",
    )
    application_errors: int = Field(
        10, ge=1, description="error lines in the application's log in five minutes, from 1"
    )
    blocked_requests: int = Field(
        1000, ge=1, description="requests that WAF blocks in five minutes, from 1"
    )


class Monitoring(Section):
    """Whom to tell, and when."""

    alarm_emails: tuple[Email, ...] = Field(
        (), description="addresses that get the alarms; each must confirm the subscription"
    )
    trace_percent: int = Field(
        5, ge=0, le=100, description="share of requests that X-Ray traces, 0 to 100"
    )
    thresholds: Thresholds = Thresholds()
