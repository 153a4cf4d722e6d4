"""Backups that outlive what they are taken of."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm, Alarms
from modules.monitoring.metric import FIVE_MINUTES, Metric
from modules.policy import assume_role_policy

# Minutes in which a job has to start, and then to end.
START_WINDOW, COMPLETION_WINDOW = 60, 480
# A restore copies the data to where other rules may hold, so nobody should miss one.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
EVENTS = ("RESTORE_JOB_STARTED", "RESTORE_JOB_COMPLETED")
# How a job can end without a backup. A vault no longer tells a topic of any of them.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
BAD_ENDS = {
    "Failed": "A backup failed.",
    "Aborted": "A backup was broken off.",
    "Expired": "A backup did not start or end in time.",
}
# https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
POLICIES = {
    "backup": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "restore": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
}


class Backup(Construct):
    """Backs up the named resources by a schedule, and tells a topic when that fails.

    `schedule` is in UTC. RDS takes no backup in the hour before its maintenance window, nor in it.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        resource_arns: Sequence[str],
        schedule: str,
        keep_days: int,
        kms_key_arn: str,
        topic_arn: str,
        force_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        vault = self._vault(naming, kms_key_arn, topic_arn, force_destroy=force_destroy)
        plan = BackupPlan(
            self,
            "plan",
            name=naming.name("backup"),
            rule=[
                BackupPlanRule(
                    rule_name=naming.name("scheduled"),
                    target_vault_name=vault.name,
                    schedule=schedule,
                    start_window=START_WINDOW,
                    completion_window=COMPLETION_WINDOW,
                    lifecycle=BackupPlanRuleLifecycle(delete_after=keep_days),
                    recovery_point_tags={**naming.tags, "Name": naming.name("backup")},
                )
            ],
        )
        BackupSelection(
            self,
            "selection",
            name=naming.name("backup"),
            plan_id=plan.id,
            iam_role_arn=self._role(naming).arn,
            resources=list(resource_arns),
        )
        self.vault_arn: str = vault.arn

    def _vault(
        self, naming: Naming, kms_key_arn: str, topic_arn: str, *, force_destroy: bool
    ) -> BackupVault:
        vault = BackupVault(
            self,
            "vault",
            name=naming.name("backup"),
            kms_key_arn=kms_key_arn,
            force_destroy=force_destroy,
        )
        BackupVaultNotifications(
            self,
            "notifications",
            backup_vault_name=vault.name,
            sns_topic_arn=topic_arn,
            backup_vault_events=list(EVENTS),
        )
        Alarms(self, "alarms", naming=naming, topic_arn=topic_arn).add(*_bad_ends(vault.name))
        return vault

    def _role(self, naming: Naming) -> IamRole:
        """A role that only AWS Backup can assume, for this account."""
        role = IamRole(
            self,
            "role",
            name=naming.name("backup"),
            permissions_boundary=naming.boundary,
            assume_role_policy=assume_role_policy(
                "backup.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": naming.account_id}},
            ),
        )
        for purpose, policy_arn in POLICIES.items():
            IamRolePolicyAttachment(
                self, f"{purpose}-policy", role=role.name, policy_arn=policy_arn
            )
        return role


def _bad_ends(vault_name: str) -> list[Alarm]:
    """Alarms that go off at once when a job leaves no backup."""
    return [
        Alarm(
            purpose=f"backup-{end.lower()}",
            description=description,
            metric=Metric(
                namespace="AWS/Backup",
                name=f"NumberOfBackupJobs{end}",
                statistic="Sum",
                dimensions={"BackupVaultName": vault_name},
                period=FIVE_MINUTES,
            ),
            threshold=0,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            treat_missing_data="notBreaching",
        )
        for end, description in BAD_ENDS.items()
    ]
