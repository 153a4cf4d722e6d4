"""Health of the audit tier: recent backups that a drill has restored, a trail that is written."""

import datetime
import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from automation.aws.clients import Clients, copies, former, instances
from automation.checks import Check, Claim, equal, holds
from automation.checks.configuration.audit import VAULT
from automation.checks.configuration.database import find, identifiers
from config import Settings

# The parameter that keeps what came of the last restore drill.
DRILL = "restore/drill"
# RDS uploads transaction logs every five minutes.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
_LATEST = datetime.timedelta(hours=1)
_DAY = datetime.timedelta(days=1)
# A job may start hours after its time, and takes a while.
_SLACK = datetime.timedelta(hours=9)


def audit_checks(now: datetime.datetime) -> Mapping[str, Check]:
    """Of the time before `now`."""
    return {
        "automated backups": partial(_automated, now=now),
        "snapshots": partial(_snapshots, now=now),
        "AWS Backup": partial(_recovery_points, now=now),
        "restore drill": partial(_drill, now=now),
        "trail": _trail,
    }


def longest_gap(schedule: str) -> datetime.timedelta:
    """The longest that may lie between backups of a schedule such as cron(0 7 * * ? *)."""
    _, _, day, _, weekday, _ = schedule.removeprefix("cron(").removesuffix(")").split()
    if day not in ("*", "?"):
        return 31 * _DAY + _SLACK
    return (_DAY if weekday in ("*", "?") else 7 * _DAY) + _SLACK


def _automated(clients: Clients, settings: Settings, *, now: datetime.datetime) -> Iterator[Claim]:
    """A point in time that the database could be restored to."""
    if not settings.database.backup_days:
        remedy = "set database.backup_days, unless nothing in the database is worth keeping"
        yield Claim("restorable until", ok=True, detail="never: switched off", remedy=remedy)
        return
    found = find(clients, identifiers(settings)[0])
    latest = found.get("LatestRestorableTime")
    yield _recent("restorable until", latest, found["InstanceCreateTime"], _LATEST, now)


def _snapshots(clients: Clients, settings: Settings, *, now: datetime.datetime) -> Iterator[Claim]:
    """Automated snapshots are taken daily."""
    if not settings.database.backup_days:
        return
    name = identifiers(settings)[0]
    pages = clients.rds.get_paginator("describe_db_snapshots").paginate(
        DBInstanceIdentifier=name, SnapshotType="automated"
    )
    times = [
        each["SnapshotCreateTime"]
        for page in pages
        for each in page["DBSnapshots"]
        if each.get("Status") == "available" and "SnapshotCreateTime" in each
    ]
    created = find(clients, name)["InstanceCreateTime"]
    yield _recent("newest", max(times, default=None), created, _DAY + _SLACK, now)


def _recovery_points(
    clients: Clients, settings: Settings, *, now: datetime.datetime
) -> Iterator[Claim]:
    name = identifiers(settings)[0]
    pages = clients.backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=settings.naming.name(VAULT),
        ByResourceArn=settings.naming.arn("rds", f"db:{name}"),
    )
    times = [
        each["CreationDate"]
        for page in pages
        for each in page["RecoveryPoints"]
        if each.get("Status") in ("AVAILABLE", "COMPLETED") and "CreationDate" in each
    ]
    created = find(clients, name)["InstanceCreateTime"]
    gap = longest_gap(settings.audit.backup_schedule)
    yield _recent("newest recovery point", max(times, default=None), created, gap, now)


def _recent(
    what: str,
    latest: datetime.datetime | None,
    created: datetime.datetime,
    gap: datetime.timedelta,
    now: datetime.datetime,
) -> Claim:
    """Claims that something is recent; that of a new database is still to come."""
    if latest is None and now - created <= gap:
        remedy = f"look again after {created + gap:%Y-%m-%d %H:%M} UTC"
        return Claim(what, ok=True, detail="none yet: the database is new", remedy=remedy)
    found = f"{latest:%Y-%m-%d %H:%M} UTC" if latest else None
    recent = latest is not None and now - latest <= gap
    expected = f"one after {now - gap:%Y-%m-%d %H:%M} UTC"
    return holds(what, recent, found=found, expected=expected).otherwise(
        "see the events of the database and the jobs of AWS Backup"
    )


def _drill(clients: Clients, settings: Settings, *, now: datetime.datetime) -> Iterator[Claim]:
    """A backup is one once it was restored."""
    yield from _copies(clients, settings)
    days, env = settings.database.restore.drill_days, settings.environment
    if not days:
        return
    remedy = f"restore a backup beside it: `python -m automation restore --drill --env {env}`"
    database = find(clients, identifiers(settings)[0])
    last = _last_drill(clients, settings, database.get("DbiResourceId", ""))
    if last is None:
        due = database["InstanceCreateTime"] + days * _DAY
        detail = "none" if now > due else f"none yet: the database is new, due by {due:%Y-%m-%d}"
        yield Claim("last", ok=True, detail=detail, remedy=remedy if now > due else "")
        return
    at = datetime.datetime.fromisoformat(last["at"])
    if last["ok"]:
        found = f"{at:%Y-%m-%d %H:%M} UTC, RPO {last['rpo_seconds']} s, RTO {last['rto_seconds']} s"
        yield Claim("last", ok=True, detail=found, remedy=remedy if now - at > days * _DAY else "")
        return
    found = f"{at:%Y-%m-%d %H:%M} UTC, with failed checks: {', '.join(last['failed'])}"
    yield holds("last", ok=False, found=found, expected="checks that hold").otherwise(
        "the newest backup lacks what it should have: docs/restore.md"
    )


def _copies(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Copies cost as much as the database, and are forgotten easily."""
    left = [each for each in instances(clients) if each.startswith(copies(settings))]
    if left:
        clean = f"`python -m automation restore --clean --env {settings.environment}`"
        remedy = f"unless a restore is under way, take them away: {clean}"
        yield Claim("copies", ok=True, detail=", ".join(left), remedy=remedy)
    before = former(clients, settings)
    if before:
        remedy = "once nothing in it is missed, delete it: docs/restore.md says how"
        yield Claim("database before a restore", ok=True, detail=", ".join(before), remedy=remedy)


def _last_drill(clients: Clients, settings: Settings, resource_id: str) -> dict[str, Any] | None:
    """What the last drill of this very database left."""
    try:
        answer = clients.ssm.get_parameter(Name=settings.naming.path(DRILL))
    except clients.ssm.exceptions.ParameterNotFound:
        return None
    last: dict[str, Any] = json.loads(answer["Parameter"]["Value"])
    return last if last["resource_id"] == resource_id else None


def _trail(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("trail")
    found = clients.cloudtrail.get_trail_status(Name=name)
    yield equal("logging", found.get("IsLogging"), True).otherwise(
        f"find out who stopped it, and start it: `aws cloudtrail start-logging --name {name}`"
    )
    keys = ("LatestDeliveryError", "LatestCloudWatchLogsDeliveryError")
    errors = [str(each) for key in keys if (each := found.get(key))]
    yield equal("errors", errors, []).otherwise(
        "see that the trail may write to its bucket and its log group"
    )
