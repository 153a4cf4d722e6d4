import pytest

from automation.emulator import Emulator
from modules.policy import assume_role_policy
from tests.automation.emulator.calls import refusal, refused
from tests.automation.emulator.conftest import ACCOUNT, REGION


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> str:
    """One that AWS Backup may assume."""
    trust = assume_role_policy("backup.amazonaws.com")
    iam = emulator.client("iam")
    made = iam.create_role(RoleName="selects", AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def test_selections_belong_to_a_plan(emulator: Emulator, role: str) -> None:
    backup = emulator.client("backup")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": [rule]})
    selection = {
        "SelectionName": "database",
        "IamRoleArn": role,
        "Resources": ["arn:aws:rds:us-west-2:123456789012:db:x"],
    }
    id_ = plan["BackupPlanId"]
    made = backup.create_backup_selection(BackupPlanId=id_, BackupSelection=selection)
    found = backup.get_backup_selection(BackupPlanId=id_, SelectionId=made["SelectionId"])
    assert found["BackupSelection"] == selection
    (listed,) = backup.list_backup_selections(BackupPlanId=id_)["BackupSelectionsList"]
    assert listed["SelectionName"] == "database"
    backup.delete_backup_selection(BackupPlanId=id_, SelectionId=made["SelectionId"])
    gone = {"BackupPlanId": id_, "SelectionId": made["SelectionId"]}
    assert refused(backup.get_backup_selection, **gone) == "ResourceNotFoundException"


def test_a_plan_that_is_updated_has_another_version(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault"}
    made = backup.create_backup_plan(BackupPlan={"BackupPlanName": "updated", "Rules": [rule]})
    weekly = {"BackupPlanName": "updated", "Rules": [{**rule, "RuleName": "weekly"}]}
    updated = backup.update_backup_plan(BackupPlanId=made["BackupPlanId"], BackupPlan=weekly)
    found = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])
    assert found["BackupPlan"]["Rules"][0]["RuleName"] == "weekly"
    assert found["VersionId"] == updated["VersionId"] != made["VersionId"]


def test_vaults_notify(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="vault")
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
    events = ["BACKUP_JOB_FAILED", "RESTORE_JOB_FAILED"]
    code = refused(backup.get_backup_vault_notifications, BackupVaultName="vault")
    assert code == "ResourceNotFoundException"
    backup.put_backup_vault_notifications(
        BackupVaultName="vault", SNSTopicArn=topic, BackupVaultEvents=events
    )
    found = backup.get_backup_vault_notifications(BackupVaultName="vault")
    assert (found["SNSTopicArn"], found["BackupVaultEvents"]) == (topic, events)
    backup.delete_backup_vault_notifications(BackupVaultName="vault")
    code = refused(backup.get_backup_vault_notifications, BackupVaultName="vault")
    assert code == "ResourceNotFoundException"


def test_vaults_tell_their_tags(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    made = backup.create_backup_vault(BackupVaultName="tagged", BackupVaultTags={"Stack": "audit"})
    assert backup.list_tags(ResourceArn=made["BackupVaultArn"])["Tags"] == {"Stack": "audit"}


def test_vaults_that_exist_hold_no_recovery_points(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="empty")
    listed = backup.list_recovery_points_by_backup_vault(BackupVaultName="empty")
    assert listed["RecoveryPoints"] == []
    absent = {"BackupVaultName": "absent"}
    code = refused(backup.list_recovery_points_by_backup_vault, **absent)
    assert code == "ResourceNotFoundException"


def test_a_job_makes_a_recovery_point_of_its_resource(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="filled")
    resource = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:one"
    made = backup.start_backup_job(
        BackupVaultName="filled",
        ResourceArn=resource,
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup",
    )
    listed = backup.list_recovery_points_by_backup_vault
    (point,) = listed(BackupVaultName="filled", ByResourceArn=resource)["RecoveryPoints"]
    assert (point["RecoveryPointArn"], point["Status"]) == (made["RecoveryPointArn"], "COMPLETED")
    other = f"{resource}-other"
    assert listed(BackupVaultName="filled", ByResourceArn=other)["RecoveryPoints"] == []


def test_a_vault_stays_while_it_holds_recovery_points(emulator: Emulator) -> None:
    backup, vault = emulator.client("backup"), {"BackupVaultName": "full"}
    backup.create_backup_vault(**vault)
    point = backup.start_backup_job(
        **vault,
        ResourceArn="arn:aws:rds:us-west-2:123456789012:db:x",
        IamRoleArn="arn:aws:iam::123456789012:role/backup",
    )["RecoveryPointArn"]
    message = "Backup vault cannot be deleted because it contains recovery points."
    refused = refusal(backup.delete_backup_vault, **vault)
    assert refused == ("InvalidRequestException", message)
    backup.delete_recovery_point(**vault, RecoveryPointArn=point)
    backup.delete_backup_vault(**vault)


def test_what_a_locked_vault_holds_stays(emulator: Emulator) -> None:
    backup, vault = emulator.client("backup"), {"BackupVaultName": "locked"}
    backup.create_backup_vault(**vault)
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=7)
    found = backup.describe_backup_vault(**vault)
    assert (found["Locked"], found["MinRetentionDays"], found.get("LockDate")) == (True, 7, None)
    point = backup.start_backup_job(
        **vault,
        ResourceArn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:x",
        IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/backup",
        Lifecycle={"DeleteAfterDays": 35},
    )["RecoveryPointArn"]
    (listed,) = backup.list_recovery_points_by_backup_vault(**vault)["RecoveryPoints"]
    end = listed["CalculatedLifecycle"]["DeleteAt"]
    assert (end - listed["CreationDate"]).days == 35
    code = refused(backup.delete_recovery_point, **vault, RecoveryPointArn=point)
    assert code == "InvalidRequestException"
    backup.delete_backup_vault_lock_configuration(**vault)
    backup.delete_recovery_point(**vault, RecoveryPointArn=point)
    backup.delete_backup_vault(**vault)


def test_a_plan_stays_while_it_has_selections(emulator: Emulator, role: str) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="selected")
    rules = [{"RuleName": "daily", "TargetBackupVaultName": "selected"}]
    plan = {"BackupPlanName": "selected", "Rules": rules}
    id_ = backup.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
    selection = backup.create_backup_selection(
        BackupPlanId=id_,
        BackupSelection={"SelectionName": "all", "IamRoleArn": role, "Resources": ["*"]},
    )["SelectionId"]
    message = "Related backup plan selections must be deleted prior to backup plan deletion"
    refused = refusal(backup.delete_backup_plan, BackupPlanId=id_)
    assert refused == ("InvalidRequestException", message)
    backup.delete_backup_selection(BackupPlanId=id_, SelectionId=selection)
    backup.delete_backup_plan(BackupPlanId=id_)
