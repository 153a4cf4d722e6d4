"""Restores of the emulated RDS: what an instance takes over from its source, and what not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused
from tests.automation.emulator.conftest import ACCOUNT, REGION

TAGS = [{"Key": "Name", "Value": "copy"}]


@pytest.fixture(scope="module")
def source(emulator: Emulator) -> str:
    """One that is protected, in two zones, watched, and whose password RDS manages."""
    emulator.client("rds").create_db_instance(
        DBInstanceIdentifier="protected",
        Engine="mysql",
        EngineVersion="8.4.7",
        DBInstanceClass="db.m7g.large",
        AllocatedStorage=20,
        MasterUsername="admin",
        ManageMasterUserPassword=True,
        BackupRetentionPeriod=7,
        MultiAZ=True,
        DeletionProtection=True,
        StorageEncrypted=True,
        EnableCloudwatchLogsExports=["error"],
        EnablePerformanceInsights=True,
    )
    return "protected"


def described(emulator: Emulator, name: str) -> dict[str, Any]:
    answer = emulator.client("rds").describe_db_instances(DBInstanceIdentifier=name)
    return dict(answer["DBInstances"][0])


def facts(found: dict[str, Any]) -> list[Any]:
    names = ("MultiAZ", "DeletionProtection", "StorageEncrypted", "BackupRetentionPeriod")
    return [found[each] for each in names]


def test_a_recovery_point_is_a_snapshot_that_can_be_restored(
    emulator: Emulator, source: str
) -> None:
    backup, rds, vault = emulator.client("backup"), emulator.client("rds"), "restored"
    backup.create_backup_vault(BackupVaultName=vault)
    arn = backup.start_backup_job(
        BackupVaultName=vault,
        ResourceArn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{source}",
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup",
    )["RecoveryPointArn"]
    snapshot = arn.partition(":snapshot:")[2]
    assert snapshot.startswith("awsbackup:job-")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="copy",
        DBSnapshotIdentifier=snapshot,
        BackupRetentionPeriod=0,
        Tags=TAGS,
    )
    found, before = described(emulator, "copy"), described(emulator, source)
    assert facts(found) == [False, False, True, 0]
    assert facts(before) == [True, True, True, 7]
    assert "MasterUserSecret" not in found
    assert before["MasterUserSecret"]["SecretStatus"] == "active"
    assert found.get("EnabledCloudwatchLogsExports", []) == []
    assert not found.get("PerformanceInsightsEnabled")
    assert (found["TagList"], found["DatabaseInsightsMode"]) == (TAGS, "standard")
    assert found["DbiResourceId"] != before["DbiResourceId"]
    backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=arn)
    gone = {"DBInstanceIdentifier": "again", "DBSnapshotIdentifier": snapshot}
    code = refused(rds.restore_db_instance_from_db_snapshot, **gone)
    assert code.startswith("DBSnapshotNotFound")


def test_a_time_is_in_the_past(emulator: Emulator, source: str) -> None:
    rds, now = emulator.client("rds"), datetime.now(UTC)
    given = {"SourceDBInstanceIdentifier": source, "TargetDBInstanceIdentifier": "earlier"}
    later = {**given, "RestoreTime": now + timedelta(hours=1)}
    assert refused(rds.restore_db_instance_to_point_in_time, **later) == "InvalidRestoreFault"
    rds.restore_db_instance_to_point_in_time(**given, RestoreTime=now - timedelta(minutes=6))
    assert facts(described(emulator, "earlier")) == [False, False, True, 7]


def test_without_backups_there_is_no_time_to_go_back_to(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="unsaved",
        Engine="mysql",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="x" * 9,
        BackupRetentionPeriod=0,
    )
    given = {"SourceDBInstanceIdentifier": "unsaved", "TargetDBInstanceIdentifier": "it"}
    code = refused(rds.restore_db_instance_to_point_in_time, **given, UseLatestRestorableTime=True)
    assert code == "PointInTimeRestoreNotEnabled"


def test_a_name_that_is_taken_is_given_to_nobody_else(emulator: Emulator, source: str) -> None:
    rds = emulator.client("rds")
    for name in ("mine", "yours"):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="mysql",
            DBInstanceClass="db.t4g.micro",
            AllocatedStorage=20,
            MasterUsername="admin",
            MasterUserPassword="x" * 9,
        )
    given = {"DBInstanceIdentifier": "mine", "ApplyImmediately": True}
    taken = {**given, "NewDBInstanceIdentifier": source}
    assert refused(rds.modify_db_instance, **taken) == "DBInstanceAlreadyExists"
    id_ = described(emulator, "mine")["DbiResourceId"]
    rds.modify_db_instance(**given, NewDBInstanceIdentifier="uno")
    assert described(emulator, "uno")["DbiResourceId"] == id_
    code = refused(rds.describe_db_instances, DBInstanceIdentifier="mine")
    assert code.startswith("DBInstanceNotFound")
