"""Restores of the database: which backup, what has to hold in the copy, and how long it takes."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError
from rich.console import Console
from rich.markup import escape

from automation.aws.clients import Clients
from automation.checks.configuration.audit import VAULT
from automation.checks.configuration.database import identifiers
from automation.checks.configuration.instances import serves
from automation.errors import CommandError, UserError
from config import Settings
from config.restore import RestoreCheck, meets

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import DBInstanceTypeDef

_USABLE = ("AVAILABLE", "COMPLETED")
_AVAILABLE = "available"
BUSY = "InvalidDBInstanceState"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
BROKEN = ("failed", "incompatible-network", "incompatible-parameters", "incompatible-restore")
# As Terraform's provider waits: RDS says "available" at first, and between two changes, too.
_DELAY_SECONDS, _IN_A_ROW = 60, 3
_BUSY_MINUTES = 30
POINT_IN_TIME: Literal["point in time"] = "point in time"
# What any database has to answer, where its owners have said nothing.
TABLES = RestoreCheck(
    name="tables",
    sql="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Clock:
    """What time it is, and how to wait; `limit` is how long for one thing."""

    now: Callable[[], datetime] = _now
    pause: Callable[[float], None] = time.sleep
    every: float = 20.0
    limit: float = 3 * 3600

    def looks(self, what: str) -> Iterator[None]:
        """Once, and again after each pause; raises `CommandError` when it takes too long."""
        start = self.now()
        while True:
            yield
            if (self.now() - start).total_seconds() > self.limit:
                raise CommandError(f"{what} takes longer than {self.limit / 3600:g} hours")
            self.pause(self.every)


Tell = Callable[[str], None]


class PatientRds:
    """RDS, whose instances are changed and looked at with the patience that they take."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._rds = clients.rds
        self._clock = clock

    def modify(self, name: str, **given: Any) -> None:
        """Change one at once; one that RDS is at work on is asked again for half an hour."""
        last = self._clock.now() + timedelta(minutes=_BUSY_MINUTES)
        while True:
            try:
                self._rds.modify_db_instance(
                    DBInstanceIdentifier=name, ApplyImmediately=True, **given
                )
            except ClientError as error:
                passing = error.response["Error"]["Code"].startswith(BUSY)
                if not passing or self._clock.now() > last:
                    raise
            else:
                return
            self._clock.pause(self._clock.every)

    def of(self, resource_id: str) -> "DBInstanceTypeDef":
        """The one of a DbiResourceId, whatever it is called now; empty while RDS shows none."""
        named: Any = [{"Name": "dbi-resource-id", "Values": [resource_id]}]
        found = self._rds.describe_db_instances(Filters=named)["DBInstances"]
        return found[0] if found else {}

    def settle(
        self,
        look: Callable[[], "DBInstanceTypeDef"],
        what: str,
        ready: Callable[["DBInstanceTypeDef"], bool],
    ) -> "DBInstanceTypeDef":
        """The instance, once it was ready several times in a row; a change shows after a while."""
        self._clock.pause(_DELAY_SECONDS)
        times = 0
        for _ in self._clock.looks(what):
            found = look()
            if found.get("DBInstanceStatus") in BROKEN:
                break
            times = times + 1 if ready(found) else 0
            if times == _IN_A_ROW:
                return found
        name, status = found.get("DBInstanceIdentifier"), found.get("DBInstanceStatus")
        raise CommandError(f"{name} is {status}: see its events in RDS")


@dataclass(frozen=True, kw_only=True)
class RestorePoint:
    """What is restored: a snapshot by its name, or what the database was at a time."""

    kind: Literal["recovery point", "snapshot", "point in time"]
    name: str
    taken_at: datetime

    def __str__(self) -> str:
        """In a few words."""
        if self.kind == POINT_IN_TIME:
            return f"the database as of {shown(self.taken_at)}"
        return f"{self.kind} {self.name} of {shown(self.taken_at)}"


def shown(time: datetime) -> str:
    """A time as a reader wants to see it."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


class RestorePoints:
    """What the database of an environment can be restored from."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings
        self._name = identifiers(settings)[0]

    def every(self) -> list[RestorePoint]:
        """Recovery points of AWS Backup in the vault, and RDS's daily snapshots."""
        return [*self._recovery_points(), *self._snapshots()]

    def _recovery_points(self) -> Iterator[RestorePoint]:
        """Each is a snapshot of RDS, by the end of its ARN."""
        pages = self._clients.backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName=self._settings.naming.name(VAULT),
            ByResourceArn=self._settings.naming.arn("rds", f"db:{self._name}"),
        )
        for each in (point for page in pages for point in page["RecoveryPoints"]):
            name = each.get("RecoveryPointArn", "").partition(":snapshot:")[2]
            if each.get("Status") in _USABLE and name and "CreationDate" in each:
                yield RestorePoint(kind="recovery point", name=name, taken_at=each["CreationDate"])

    def _snapshots(self) -> Iterator[RestorePoint]:
        pages = self._clients.rds.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=self._name, SnapshotType="automated"
        )
        for each in (snapshot for page in pages for snapshot in page["DBSnapshots"]):
            if each.get("Status") == _AVAILABLE and "SnapshotCreateTime" in each:
                name, taken_at = each.get("DBSnapshotIdentifier", ""), each["SnapshotCreateTime"]
                yield RestorePoint(kind="snapshot", name=name, taken_at=taken_at)


def serving(clients: Clients, settings: Settings) -> str:
    """An instance of the application in service; raises `UserError` when there is none."""
    name = settings.naming.name("application")
    answer = clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    for each in (one for group in answer["AutoScalingGroups"] for one in group["Instances"]):
        if serves(each):
            return each["InstanceId"]
    raise UserError(
        f"{name} has no instance in service, and nobody else reaches a database: "
        f"run `python -m automation deploy --env {settings.environment}`"
    )


def newest(backups: Sequence[RestorePoint]) -> RestorePoint:
    """The one that has most of the data; raises `UserError` when there is none."""
    if not backups:
        raise UserError(
            "there is no backup yet: wait for audit.backup_schedule or database.backup_window, or "
            "give a time with --at"
        )
    return max(backups, key=lambda each: each.taken_at)


def named(points: Sequence[RestorePoint], name: str) -> RestorePoint | None:
    """The backup of a name."""
    return next((each for each in points if each.name == name), None)


def point_in_time(
    time: datetime, *, latest: datetime | None, days: int, now: datetime, option: str
) -> RestorePoint:
    """The database at a time; raises `UserError` for one that its own backups do not reach.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
    """
    if not days or latest is None:
        raise UserError(
            f"{option}: the database has no automated backups, from which alone it can be "
            "restored to a time: set database.backup_days, or leave the option out"
        )
    earliest = now - timedelta(days=days)
    if not earliest <= time <= latest:
        raise UserError(
            f"{option}: received {shown(time)}; give a time from {shown(earliest)} to "
            f"{shown(latest)}, which is as far as its backups reach"
        )
    return RestorePoint(kind=POINT_IN_TIME, name=time.isoformat(), taken_at=time)


@dataclass(frozen=True, kw_only=True)
class CheckedAnswer:
    """What a restored database answered to a check, and whether that is as expected."""

    name: str
    ok: bool
    found: str
    expect: str

    def __str__(self) -> str:
        """In a line."""
        return f"{self.name}: {self.found}" + ("" if self.ok else f", expected {self.expect}")


def checks_of(settings: Settings) -> tuple[RestoreCheck, ...]:
    """What a restored database is asked."""
    return settings.database.restore.checks or (TABLES,)


def judge(checks: Sequence[RestoreCheck], output: str) -> list[CheckedAnswer]:
    """What the questions came to; raises `CommandError` when nothing was answered."""
    try:
        told = json.loads(output)
        answers = {each["name"]: each for each in told["answers"]}
    except (KeyError, TypeError, ValueError):
        raise CommandError(f"the checks told nothing: {output.strip()[:500]}") from None
    if told.get("error") and not answers:
        raise CommandError(f"the restored database cannot be asked: {told['error']}")
    return [_verdict(each, answers.get(each.name)) for each in checks]


def _verdict(check: RestoreCheck, answer: Mapping[str, Any] | None) -> CheckedAnswer:
    if answer is None:
        return CheckedAnswer(name=check.name, ok=False, found="no answer", expect=check.expect)
    if "error" in answer:
        return CheckedAnswer(name=check.name, ok=False, found=answer["error"], expect=check.expect)
    value = answer["value"]
    if (answer["rows"], answer["columns"]) != (1, 1):
        rows = "more rows than one" if answer["rows"] > 1 else f"{answer['rows'] or 'no'} row"
        many = f"{rows} of {answer['columns']} columns" if answer["rows"] else rows
        return CheckedAnswer(name=check.name, ok=False, found=many, expect="one row of one column")
    found = "NULL" if value is None else value
    return CheckedAnswer(
        name=check.name, ok=meets(value, check.expect), found=found, expect=check.expect
    )


@dataclass
class Drill:
    """A restore beside the running database; what is not known yet is None."""

    environment: str
    instance: str
    backup: RestorePoint
    started: datetime
    what: str = "restore drill"
    restored: datetime | None = None
    """When the copy was there."""
    passed: datetime | None = None
    """When its checks had passed."""
    verdicts: Sequence[CheckedAnswer] = ()
    error: str = ""
    left: Sequence[str] = field(default_factory=list)
    """What could not be taken away again."""

    @property
    def sound(self) -> bool:
        """Whether every check holds in what was restored."""
        return bool(self.verdicts) and all(each.ok for each in self.verdicts)

    @property
    def ok(self) -> bool:
        """The same, and nothing is left of it."""
        return self.sound and not self.error and not self.left

    @property
    def rpo_seconds(self) -> int:
        """How old the restored data was: what was written later would have been lost."""
        return _seconds(self.backup.taken_at, self.started)

    @property
    def rto_seconds(self) -> int | None:
        """How long it took from the start until the checks had passed."""
        return _seconds(self.started, self.passed) if self.passed and self.sound else None

    def to_json(self) -> dict[str, Any]:
        """The result for machines."""
        return {
            "ok": self.ok,
            "environment": self.environment,
            "instance": self.instance,
            "backup": {**asdict(self.backup), "taken_at": self.backup.taken_at.isoformat()},
            "started": self.started.isoformat(),
            "rpo_seconds": self.rpo_seconds,
            "rto_seconds": self.rto_seconds,
            "restore_seconds": _seconds(self.started, self.restored) if self.restored else None,
            "checks": [asdict(each) for each in self.verdicts],
            "error": self.error,
            "left": list(self.left),
        }

    def record(self, resource_id: str) -> dict[str, Any]:
        """What is kept of it for `verify`; none of the data is."""
        return {
            "at": self.started.isoformat(),
            "ok": self.sound,
            "resource_id": resource_id,
            "backup": self.backup.kind,
            "taken_at": self.backup.taken_at.isoformat(),
            "rpo_seconds": self.rpo_seconds,
            "rto_seconds": self.rto_seconds,
            "failed": [each.name for each in self.verdicts if not each.ok],
        }

    def show(self, console: Console) -> None:
        """Print the report."""
        for line in self._lines():
            console.print(line, highlight=False, soft_wrap=True)

    def _lines(self) -> Iterator[str]:
        for each in self.verdicts:
            yield f"{'[green]ok[/]' if each.ok else '[red]failed[/]'} {escape(str(each))}"
        if self.error:
            yield f"[red]failed[/] {escape(self.error)}"
        yield f"restored: {escape(str(self.backup))}, as {self.instance}"
        yield f"RPO: {duration(self.rpo_seconds)}, which is how old the restored data was"
        if self.rto_seconds is not None and self.restored is not None:
            whole, part = self.rto_seconds, _seconds(self.started, self.restored)
            yield (
                f"RTO: {duration(whole)} from the start until the checks had passed, of which the "
                f"restore took {duration(part)}"
            )
        yield from (f"[red]left behind[/]: {escape(each)}" for each in self.left)
        word = "passed" if self.sound and not self.error else "failed"
        yield f"{self.environment}: the {self.what} {word}"


def _seconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds())


def duration(seconds: int) -> str:
    """Hours and minutes, or minutes and seconds."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
