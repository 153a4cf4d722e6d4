"""What RDS tells about the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.metric import Expression, Metric

GIB = 1024**3
MIB = 1024**2
# gp3 answers within single-digit milliseconds; a Multi-AZ write waits for both zones.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
SLOW_DISK_SECONDS = 0.05
# Longer than any lag that is an alarm's threshold.
STOPPED_SECONDS = 10**9
DATABASE = "database"
DATABASE_SILENT = f"{DATABASE}-silent"
# Reads and writes are slow for the same reasons; all else has a page of its own name.
RUNBOOKS = {"reads": "disk", "writes": "disk"}


@dataclass(frozen=True, kw_only=True)
class DatabaseMetrics:
    """Metrics of one RDS instance; `purpose` is what its alarms' names start with.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    """

    purpose: str
    identifier: str

    @property
    def reports(self) -> Metric:
        """How often the instance has reported, whatever the value."""
        return self._metric("CPUUtilization", "SampleCount")

    @property
    def cpu(self) -> Metric:
        """Percent."""
        return self._metric("CPUUtilization")

    @property
    def connections(self) -> Metric:
        """Open connections."""
        return self._metric("DatabaseConnections", "Maximum")

    @property
    def free_storage(self) -> Metric:
        """Bytes."""
        return self._metric("FreeStorageSpace", "Minimum")

    @property
    def free_memory(self) -> Metric:
        """Bytes."""
        return self._metric("FreeableMemory", "Minimum")

    @property
    def read_latency(self) -> Metric:
        """Seconds per disk read."""
        return self._metric("ReadLatency")

    @property
    def write_latency(self) -> Metric:
        """Seconds per disk write."""
        return self._metric("WriteLatency")

    @property
    def replica_lag(self) -> Expression:
        """Seconds that a replica is behind; RDS reports -1 when replication has stopped.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_MySQL.Replication.ReadReplicas.Monitor.html
        """
        return Expression(
            formula=f"IF(lag < 0, {STOPPED_SECONDS}, lag)",
            metrics={"lag": self._metric("ReplicaLag", "Maximum")},
        )

    def _metric(self, name: str, statistic: str = "Average") -> Metric:
        return Metric(
            namespace="AWS/RDS",
            name=name,
            statistic=statistic,
            dimensions={"DBInstanceIdentifier": self.identifier},
        )


def instances_of(identifiers: Sequence[str]) -> list[DatabaseMetrics]:
    """The metrics of a primary instance, which comes first, and its replicas."""
    purposes = [DATABASE, *(f"{DATABASE}-replica-{n}" for n in range(1, len(identifiers)))]
    return [
        DatabaseMetrics(purpose=purpose, identifier=identifier)
        for purpose, identifier in zip(purposes, identifiers, strict=True)
    ]


def database_alarms(
    instances: Sequence[DatabaseMetrics], thresholds: Thresholds, *, free_storage_gib: float
) -> list[Alarm]:
    """Alarms on silence, on what each instance runs out of, and on replicas that lag behind."""
    _, *replicas = instances
    return [
        *(
            alarm
            for instance in instances
            for alarm in (
                *_instance_alarms(instance, thresholds),
                _full(instance, free_storage_gib),
            )
        ),
        *(_lag(replica, thresholds.replica_lag_seconds) for replica in replicas),
    ]


def _instance_alarms(metrics: DatabaseMetrics, thresholds: Thresholds) -> list[Alarm]:
    return [
        _silence(metrics),
        _above(metrics, "cpu", "CPU is busy.", metrics.cpu, thresholds.database_cpu_percent),
        _above(
            metrics,
            "connections",
            "Many connections.",
            metrics.connections,
            thresholds.database_connections,
        ),
        _above(metrics, "reads", "Disk reads are slow.", metrics.read_latency, SLOW_DISK_SECONDS),
        _above(
            metrics, "writes", "Disk writes are slow.", metrics.write_latency, SLOW_DISK_SECONDS
        ),
        _below(
            metrics,
            "memory",
            "Memory runs out.",
            metrics.free_memory,
            thresholds.database_free_memory_mib * MIB,
        ),
    ]


def _full(metrics: DatabaseMetrics, gib: float) -> Alarm:
    return _below(
        metrics,
        "storage",
        "Storage runs out, in spite of autoscaling.",
        metrics.free_storage,
        int(gib * GIB),
    )


def _lag(metrics: DatabaseMetrics, seconds: int) -> Alarm:
    """Goes off when a replica is far behind, or no longer follows at all.

    A new one begins with a snapshot, and has some minutes to catch up.
    """
    return Alarm(
        purpose=f"{metrics.purpose}-lag",
        description="The replica is behind, or replication has stopped.",
        metric=metrics.replica_lag,
        threshold=seconds,
        evaluation_periods=10,
        datapoints_to_alarm=10,
        treat_missing_data="missing",
        runbook=f"{DATABASE}-lag",
    )


def _silence(metrics: DatabaseMetrics) -> Alarm:
    """Goes off when the instance reports nothing: it is stopped, gone or out of reach.

    The primary's silence is part of the alarm of the whole service. It is made long before its
    alarm, and has reported by then; a replica may have yet to begin.
    """
    return Alarm(
        purpose=f"{metrics.purpose}-silent",
        description="The database instance has stopped reporting.",
        metric=metrics.reports,
        comparison_operator="LessThanThreshold",
        threshold=1,
        datapoints_to_alarm=5,
        treat_missing_data="breaching" if metrics.purpose == DATABASE else "missing",
        runbook=DATABASE_SILENT,
    )


def _above(
    metrics: DatabaseMetrics, what: str, description: str, metric: Metric, threshold: float
) -> Alarm:
    """An alarm that a few missing reports leave as it is: silence has an alarm of its own."""
    return Alarm(
        purpose=f"{metrics.purpose}-{what}",
        description=description,
        metric=metric,
        threshold=threshold,
        treat_missing_data="ignore",
        runbook=f"{DATABASE}-{RUNBOOKS.get(what, what)}",
    )


def _below(
    metrics: DatabaseMetrics, what: str, description: str, metric: Metric, threshold: float
) -> Alarm:
    alarm = _above(metrics, what, description, metric, threshold)
    return replace(alarm, comparison_operator="LessThanThreshold")
