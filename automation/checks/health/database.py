"""Health of the database: available, no pending changes, free storage, replicas in step."""

import datetime
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Literal

from automation.aws.clients import Clients
from automation.checks import Check, Claim, equal, holds, same, shown
from automation.checks.configuration.database import AT_WORK, find, identifiers
from config import Settings

_RECENT = datetime.timedelta(minutes=30)
_PERIOD_SECONDS = 300


def newest(
    clients: Clients,
    metric: str,
    instance: str,
    *,
    now: datetime.datetime,
    statistic: Literal["Minimum", "Maximum"],
) -> float | None:
    """Of the last half hour; None when there is none."""
    answer = clients.cloudwatch.get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=metric,
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": instance}],
        StartTime=now - _RECENT,
        EndTime=now,
        Period=_PERIOD_SECONDS,
        Statistics=[statistic],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return points[-1].get(statistic) if points else None


_GIB = 1024**3
# Below this share RDS would have grown the storage, if it still could.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
_LEAST_FREE = 0.1
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
_UNDER_WAY = (
    "configuring-enhanced-monitoring",
    "configuring-log-exports",
    "creating",
    "maintenance",
    "modifying",
    "rebooting",
    "resetting-master-credentials",
    "starting",
    "upgrading",
)
_NO_DATA = "look again in some minutes: a new instance has no metrics yet"


def database_checks(settings: Settings, now: datetime.datetime) -> Mapping[str, Check]:
    """For each instance; what metrics say is of the time before `now`."""
    primary, *replicas = identifiers(settings)
    checks: dict[str, Check] = {}
    for name in (primary, *replicas):
        checks[name] = partial(_instance, name=name)
        checks[f"storage of {name}"] = partial(_storage, name=name, now=now)
    for name in replicas:
        checks[f"replication to {name}"] = partial(_replica, name=name, now=now)
    return checks


def _instance(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    found, wanted = find(clients, name), settings.database
    state = found.get("DBInstanceStatus")
    yield holds("state", state in AT_WORK, found=state, expected="one that serves").otherwise(
        f"see why: `aws rds describe-events --source-type db-instance --source-identifier {name}`",
        settling=state in _UNDER_WAY,
    )
    if name == identifiers(settings)[0]:
        yield equal("Multi-AZ", found.get("MultiAZ"), wanted.multi_az).otherwise(
            "apply the database tier again"
        )
    yield _pending(shown(found.get("PendingModifiedValues") or {}), settings)
    waiting = {
        each.get("DBParameterGroupName"): each.get("ParameterApplyStatus")
        for each in found.get("DBParameterGroups", [])
        if each.get("ParameterApplyStatus") not in ("in-sync", "applying")
    }
    yield same("parameters to apply", waiting.items(), []).otherwise(
        f"restart it: `aws rds reboot-db-instance --db-instance-identifier {name}`"
    )


def _pending(changes: str, settings: Settings) -> Claim:
    """Changes may wait for the maintenance window, unless they were to be immediate."""
    wanted = settings.database
    if changes == shown({}) or wanted.apply_immediately:
        remedy = "see its events: what should have been applied at once was not"
        return equal("changes to come", changes, shown({})).otherwise(remedy)
    remedy = f"wait for the maintenance window, {wanted.maintenance_window}"
    return Claim("changes to come", ok=True, detail=changes, remedy=remedy)


def _storage(
    clients: Clients, settings: Settings, *, name: str, now: datetime.datetime
) -> Iterator[Claim]:
    free = newest(clients, "FreeStorageSpace", name, now=now, statistic="Minimum")
    if free is None:
        yield Claim("free", ok=True, detail="unknown: no data", remedy=_NO_DATA)
        return
    size, most = find(clients, name)["AllocatedStorage"], settings.database
    least, found = size * _LEAST_FREE, f"{free / _GIB:.1f} of {size} GiB"
    enough = free / _GIB >= least
    yield holds("free", enough, found=found, expected=f"{least:g} at least").otherwise(
        f"raise database.max_allocated_storage_gib, which is {most.max_allocated_storage_gib}"
    )


def _replica(
    clients: Clients, settings: Settings, *, name: str, now: datetime.datetime
) -> Iterator[Claim]:
    infos = find(clients, name).get("StatusInfos", [])
    states = {each.get("StatusType"): each.get("Message") or each.get("Status") for each in infos}
    sound = bool(infos) and all(each.get("Normal") for each in infos)
    yield holds("state", sound, found=states, expected="read replication replicating").otherwise(
        "see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Troubleshooting.html"
    )
    lag = newest(clients, "ReplicaLag", name, now=now, statistic="Maximum")
    if lag is None:
        yield Claim("lag", ok=True, detail="unknown: no data", remedy=_NO_DATA)
        return
    most = settings.monitoring.thresholds.replica_lag_seconds
    # RDS says -1 where replication does not work.
    in_step = 0 <= lag <= most
    yield holds("lag", in_step, found=f"{lag:g} s", expected=f"{most} s at most").otherwise(
        "see whether the primary takes more writes than the replica's class can follow"
    )
