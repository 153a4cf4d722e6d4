from collections.abc import Sequence

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from config import Naming
from modules.audit.backup import Backup, VaultOfCopies
from modules.monitoring.runbooks import Runbooks
from tests.synthesized import Synthesized, policy, synthesize

DATABASE = "arn:aws:rds:us-west-2:123456789012:db:prod-db"
BUCKET = "arn:aws:s3:::prod-assets"
KEY = "arn:aws:kms:us-west-2:123456789012:key/data"


def backup(
    naming: Naming,
    *,
    force_destroy: bool = False,
    lock_days: int = 0,
    bucket_arns: Sequence[str] = (),
) -> Synthesized:
    return synthesize(
        lambda stack: Backup(
            stack,
            "backup",
            naming=naming,
            database_arns=[DATABASE],
            bucket_arns=bucket_arns,
            lock_days=lock_days,
            schedule="cron(0 7 * * ? *)",
            keep_days=35,
            kms_key_arn=KEY,
            topic_arn="arn:topic",
            runbooks=Runbooks("docs/runbooks"),
            force_destroy=force_destroy,
        )
    )


def test_backups_are_taken_by_the_schedule_and_kept(naming: Naming) -> None:
    (rule,) = backup(naming).only("aws_backup_plan")["rule"]
    assert rule["schedule"] == "cron(0 7 * * ? *)"
    assert rule["lifecycle"] == {"delete_after": 35}
    assert rule["recovery_point_tags"]["Application"] == "349081"


def test_nothing_but_what_is_named_is_backed_up(naming: Naming) -> None:
    selection = backup(naming).only("aws_backup_selection")
    assert selection["resources"] == [DATABASE]


def test_the_vault_is_encrypted_and_kept_unless_disposable(naming: Naming) -> None:
    assert backup(naming).has("aws_backup_vault", kms_key_arn=KEY, force_destroy=False)
    assert backup(naming, force_destroy=True).has("aws_backup_vault", force_destroy=True)


@pytest.mark.parametrize("end", ["Failed", "Aborted", "Expired"])
def test_somebody_hears_of_a_job_that_leaves_no_backup(naming: Naming, end: str) -> None:
    (vault,) = backup(naming).resources("aws_backup_vault")
    assert backup(naming).has(
        "aws_cloudwatch_metric_alarm",
        metric_name=f"NumberOfBackupJobs{end}",
        dimensions={"BackupVaultName": f"${{aws_backup_vault.{vault}.name}}"},
        alarm_actions=["arn:topic"],
    )


def test_somebody_hears_of_restores(naming: Naming) -> None:
    notifications = backup(naming).only("aws_backup_vault_notifications")
    assert notifications["sns_topic_arn"] == "arn:topic"
    events = ["RESTORE_JOB_STARTED", "RESTORE_JOB_COMPLETED"]
    assert notifications["backup_vault_events"] == events


def test_only_aws_backup_of_the_account_assumes_the_role(naming: Naming) -> None:
    stack = backup(naming)
    trust = policy(stack.only("aws_iam_role")["assume_role_policy"])["AssumeRole"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert attached(stack) == {
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
    }


def attached(stack: Synthesized) -> set[str]:
    found = stack.resources("aws_iam_role_policy_attachment").values()
    return {each["policy_arn"].removeprefix("arn:aws:iam::aws:policy/") for each in found}


def test_a_bucket_takes_rights_that_a_database_does_not(naming: Naming) -> None:
    stack = backup(naming, bucket_arns=[BUCKET])
    assert stack.only("aws_backup_selection")["resources"] == [DATABASE, BUCKET]
    assert attached(stack) - attached(backup(naming)) == {
        "AWSBackupServiceRolePolicyForS3Backup",
        "AWSBackupServiceRolePolicyForS3Restore",
    }


def test_a_lock_can_be_lifted_by_who_may(naming: Naming) -> None:
    """Without `changeable_for_days` nobody ever loses the right to."""
    stack = backup(naming, lock_days=7)
    lock, (vault,) = (
        stack.only("aws_backup_vault_lock_configuration"),
        stack.resources("aws_backup_vault"),
    )
    assert lock["min_retention_days"] == 7
    assert lock["backup_vault_name"] == f"${{aws_backup_vault.{vault}.name}}"
    assert "changeable_for_days" not in lock
    assert not backup(naming).resources("aws_backup_vault_lock_configuration")


def copied(naming: Naming, *, lock_days: int = 0) -> Synthesized:
    """With copies in another region."""

    def build(stack: TerraformStack) -> None:
        there = AwsProvider(stack, "aws-copies", region="eu-west-1", alias="copies")
        copies = VaultOfCopies(
            stack,
            "copies",
            naming=naming,
            kms_key_arn=KEY,
            lock_days=lock_days,
            provider=there,
        )
        Backup(
            stack,
            "backup",
            naming=naming,
            database_arns=[DATABASE],
            copies=copies,
            schedule="cron(0 7 * * ? *)",
            keep_days=35,
            kms_key_arn=KEY,
            topic_arn="arn:topic",
            runbooks=Runbooks("docs/runbooks"),
        )

    return synthesize(build)


def test_every_backup_is_copied_to_the_other_region_for_as_long(naming: Naming) -> None:
    stack = copied(naming, lock_days=7)
    vaults = stack.resources("aws_backup_vault")
    (there,) = [name for name, each in vaults.items() if each.get("provider") == "aws.copies"]
    (rule,) = stack.only("aws_backup_plan")["rule"]
    assert rule["copy_action"] == [
        {
            "destination_vault_arn": f"${{aws_backup_vault.{there}.arn}}",
            "lifecycle": {"delete_after": 35},
        }
    ]
    (lock,) = stack.resources("aws_backup_vault_lock_configuration").values()
    assert (lock["provider"], lock["min_retention_days"]) == ("aws.copies", 7)
    assert "copy_action" not in backup(naming).only("aws_backup_plan")["rule"][0]


def test_somebody_hears_of_a_copy_that_failed(naming: Naming) -> None:
    stack = copied(naming)
    alarm = {"metric_name": "NumberOfCopyJobsFailed", "alarm_actions": ["arn:topic"]}
    assert stack.has("aws_cloudwatch_metric_alarm", **alarm)
    notifications = stack.only("aws_backup_vault_notifications")
    assert notifications["backup_vault_events"][-1] == "COPY_JOB_FAILED"
    assert not backup(naming).has("aws_cloudwatch_metric_alarm", **alarm)
