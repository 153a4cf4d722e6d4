"""`restore --drill`, by the deploy role: what it makes, what it tells, and that nothing stays."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.checks.configuration import database
from automation.errors import CommandError, UserError
from automation.restore.remains import Remains
from tests.automation.restore.platform import Platform, Time, now

TWO = {"error": "", "answers": [{"name": "tables", "rows": 1, "columns": 1, "value": "2"}]}
NONE = {"error": "", "answers": [{"name": "tables", "rows": 1, "columns": 1, "value": "0"}]}


class Instance:
    """Answers in the place of an instance, and looks around while it is asked."""

    def __init__(self, platform: Platform, time: Time, output: Mapping[str, Any] = TWO) -> None:
        self._platform = platform
        self._time = time
        self._output = output
        self.job: Mapping[str, Any] = {}
        self.copy: Mapping[str, Any] = {}
        self.rules: list[tuple[Any, ...]] = []
        self.policy: Mapping[str, Any] = {}

    def __call__(self, instance: str, job: Mapping[str, Any]) -> str:
        clients, self.job = self._platform.clients, job
        found = clients.rds.describe_db_instances()["DBInstances"]
        (self.copy,) = [each for each in found if "-drill-" in each["DBInstanceIdentifier"]]
        (group,) = [each["VpcSecurityGroupId"] for each in self.copy["VpcSecurityGroups"]]
        filters: Any = [{"Name": "group-id", "Values": [group]}]
        answer = clients.ec2.describe_security_group_rules(Filters=filters)
        self.rules = [
            (each["FromPort"], each["CidrIpv4"])
            for each in answer["SecurityGroupRules"]
            if not each["IsEgress"]
        ]
        (reserved,) = clients.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
        address = reserved["Instances"][0]["PrivateIpAddress"]
        assert self.rules == [(3306, f"{address}/32")]
        policy = clients.secretsmanager.get_resource_policy(SecretId=job["secret"])
        self.policy = json.loads(policy["ResourcePolicy"])
        self._time.pass_by(90)
        return json.dumps(self._output)


def slow(monkeypatch: pytest.MonkeyPatch, *states: str) -> None:
    """Have the copy be in these states first."""
    find, left = database.find, list(states)

    def found(clients: Any, name: str) -> Any:
        answer = find(clients, name)
        return {**answer, "DBInstanceStatus": left.pop(0)} if "-drill-" in name and left else answer

    monkeypatch.setattr(database, "find", found)


def test_the_newest_backup_is_restored_asked_and_taken_away(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = platform.back_up()
    time = Time(taken + timedelta(hours=5, minutes=30))
    instance = Instance(platform, time)
    slow(monkeypatch, "creating", "backing-up")
    assert platform.restore(monkeypatch, time, instance, drill=True, as_json=False) == 0
    name = instance.copy["DBInstanceIdentifier"]
    assert platform.consoles.lines == [
        "ok tables: 2",
        f"restored: recovery point {_point(platform)} of {taken:%Y-%m-%d %H:%M:%S} UTC, as {name}",
        "RPO: 5 h 30 min, which is how old the restored data was",
        "RTO: 3 min 50 s from the start until the checks had passed, "
        "of which the restore took 40 s",
        "dev: the restore drill passed",
    ]
    assert platform.copies() == []
    assert platform.kept() == {
        "at": (taken + timedelta(hours=5, minutes=30)).isoformat(),
        "ok": True,
        "resource_id": _resource_id(platform),
        "backup": "recovery point",
        "taken_at": taken.isoformat(),
        "rpo_seconds": 19_800,
        "rto_seconds": 230,
        "failed": [],
    }


def _point(platform: Platform) -> str:
    vault = platform.name("backups")
    answer = platform.clients.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)
    return answer["RecoveryPoints"][0]["RecoveryPointArn"].partition(":snapshot:")[2]


def _resource_id(platform: Platform) -> str:
    found = platform.clients.rds.describe_db_instances(DBInstanceIdentifier=platform.source)
    return found["DBInstances"][0]["DbiResourceId"]


def test_the_copy_is_private_encrypted_small_and_named(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.back_up()
    time = Time(now())
    instance = Instance(platform, time)
    assert platform.restore(monkeypatch, time, instance, drill=True) == 0
    found = instance.copy
    assert found["DBInstanceIdentifier"].startswith(platform.name("drill-20"))
    facts = ("PubliclyAccessible", "StorageEncrypted", "MultiAZ", "DeletionProtection")
    assert [found[each] for each in facts] == [False, True, False, False]
    assert found["BackupRetentionPeriod"] == 0
    assert found["DBSubnetGroup"]["DBSubnetGroupName"] == platform.name("database")
    (parameters,) = found["DBParameterGroups"]
    assert parameters["DBParameterGroupName"] == platform.name("mysql84-1")
    tags = {each["Key"]: each["Value"] for each in found["TagList"]}
    assert tags == {**platform.settings.naming.tags, "Name": found["DBInstanceIdentifier"]}
    assert instance.job["schema"] == platform.settings.database.database_name
    assert instance.job["host"] == found["Endpoint"]["Address"]
    readers = {each["Sid"]: each["Effect"] for each in instance.policy["Statement"]}
    assert readers == {"Checker": "Allow", "NobodyElse": "Deny"}


def test_a_snapshot_that_is_younger_is_taken_before_a_recovery_point(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDS made one with the instance, and AWS Backup none yet."""
    time = Time(now())
    assert platform.restore(monkeypatch, time, Instance(platform, time), drill=True) == 0
    assert platform.kept()["backup"] == "snapshot"


def test_a_point_in_time_is_restored(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Time(now())
    at = time.at - timedelta(minutes=10)
    instance = Instance(platform, time)
    assert platform.restore(monkeypatch, time, instance, drill=True, at=at.isoformat()) == 0
    kept = platform.kept()
    assert (kept["backup"], kept["rpo_seconds"]) == ("point in time", 600)
    assert platform.copies() == []


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("yesterday", '--at: received "yesterday"; give a time such as 2026-11-30T12:00:00Z'),
        ("2020-01-01T00:00", "--at: received 2020-01-01 00:00:00 UTC; give a time from 20"),
        ("2099-01-01T00:00Z", "--at: received 2099-01-01 00:00:00 UTC; give a time from 20"),
    ],
)
def test_a_time_that_the_backups_do_not_reach_is_refused(
    at: str, said: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as refusal:
        platform.restore(monkeypatch, Time(now()), drill=True, at=at)
    assert str(refusal.value).startswith(said)
    assert platform.copies() == []


def test_checks_that_fail_are_told_kept_and_nothing_stays(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    time = Time(now())
    instance = Instance(platform, time, NONE)
    assert platform.restore(monkeypatch, time, instance, drill=True, as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["rto_seconds"], report["left"]) == (False, None, [])
    verdict = {"name": "tables", "ok": False, "found": "0", "expect": ">= 1"}
    assert report["checks"] == [verdict]
    assert platform.kept()["failed"] == ["tables"]
    assert platform.copies() == []


def test_a_copy_that_cannot_be_asked_fails_and_is_taken_away(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> str:
        raise CommandError("the command on i-1: TimedOut: ")

    assert platform.restore(monkeypatch, Time(now()), silent, drill=True) == 1
    assert "failed the command on i-1: TimedOut:" in platform.consoles.lines
    assert platform.copies() == []
    with pytest.raises(ClientError, match="ParameterNotFound"):
        platform.kept()


def test_a_restore_that_breaks_is_told_with_its_status(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(monkeypatch, "creating", "incompatible-restore")
    assert platform.restore(monkeypatch, Time(now()), drill=True) == 1
    assert " is incompatible-restore: see its events in RDS" in " ".join(platform.consoles.lines)
    assert platform.copies() == []


def test_ctrl_c_takes_the_copy_away(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    assert platform.restore(monkeypatch, Time(now()), interrupted, drill=True) == 130
    assert platform.copies() == []


def test_a_second_ctrl_c_tells_what_is_left_and_clean_takes_it_away(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Remains, "remove", interrupted)
        assert platform.restore(monkeypatch, Time(now()), interrupted, drill=True) == 130
    said = " ".join(platform.consoles.errors.getvalue().split())
    assert "left behind: instance dev-" in said
    assert "`python -m automation restore --clean --env dev` takes it away" in said
    with pytest.raises(UserError, match="another restore is under way, or has left instance dev-"):
        platform.restore(monkeypatch, Time(now()), drill=True)
    assert platform.restore(monkeypatch, Time(now()), clean=True) == 0
    assert platform.copies() == []
    found = platform.clients.rds.describe_db_instances(DBInstanceIdentifier=platform.source)
    assert len(found["DBInstances"]) == 1


def test_what_cannot_be_taken_away_is_told(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise CommandError("DependencyViolation")

    time = Time(now())
    with monkeypatch.context() as patch:
        patch.setattr(Remains, "_remove_groups", refused)
        assert platform.restore(patch, time, Instance(platform, time), drill=True) == 1
    lines = platform.consoles.lines
    assert "left behind: security groups: DependencyViolation" in lines
    assert any(each.startswith("left behind: security group dev-") for each in lines)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({}, "give --drill, or --to, or --clean to take away what a drill has left"),
        ({"drill": True, "clean": True}, "give --drill, or --to, or --clean to take away"),
        ({"clean": True, "at": "2026-11-30"}, "--at is for --drill: leave it out"),
        ({"drill": True, "confirm": "x"}, "--confirm is for --to, and has to be dev-app1"),
    ],
)
def test_what_was_asked_amiss_is_refused(
    request_: dict[str, Any], said: str, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=said):
        platform.restore(monkeypatch, Time(now()), **request_)


def test_without_an_instance_nothing_is_made(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.scale(0)
    with pytest.raises(UserError, match="has no instance in service, and nobody else reaches"):
        platform.restore(monkeypatch, Time(now()), drill=True)
    assert platform.copies() == []
