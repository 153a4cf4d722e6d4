"""Health of the audit tier: recent backups, a trail that is being written."""

import datetime
from collections.abc import Iterator, Mapping
from functools import partial

from automation.aws.clients import Clients
from automation.checks import Check, Claim, equal, holds
from automation.checks.configuration.audit import VAULT
from automation.checks.configuration.database import find, identifiers
from config import Settings

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
