import pytest

from config import Naming
from modules.audit.backup import Backup
from tests.synthesized import Synthesized, policy, synthesize

DATABASE = "arn:aws:rds:us-west-2:123456789012:db:prod-db"
KEY = "arn:aws:kms:us-west-2:123456789012:key/data"


def backup(naming: Naming, *, force_destroy: bool = False) -> Synthesized:
    return synthesize(
        lambda stack: Backup(
            stack,
            "backup",
            naming=naming,
            resource_arns=[DATABASE],
            schedule="cron(0 7 * * ? *)",
            keep_days=35,
            kms_key_arn=KEY,
            topic_arn="arn:topic",
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
    attached = stack.resources("aws_iam_role_policy_attachment").values()
    assert {each["policy_arn"].rpartition("/")[2] for each in attached} == {
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    }
