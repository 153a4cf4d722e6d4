"""Backups that outlive what they are taken of."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import (
    BackupVaultLockConfiguration,
)
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm, Alarms, at_once
from modules.monitoring.metric import FIVE_MINUTES, Metric
from modules.monitoring.runbooks import Runbooks
from modules.policy import assume_role_policy

# Minutes in which a job has to start, and then to end.
START_WINDOW, COMPLETION_WINDOW = 60, 480
# A restore copies the data to where other rules may hold, so nobody should miss one.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
EVENTS = ("RESTORE_JOB_STARTED", "RESTORE_JOB_COMPLETED")
COPY_FAILED = "COPY_JOB_FAILED"
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
# https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
BUCKET_POLICIES = {
    "bucket-backup": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    "bucket-restore": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore",
}


class VaultOfCopies(Construct):
    """A vault in another region, whose provider this is, with a lock as that of the originals."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        kms_key_arn: str,
        lock_days: int = 0,
        force_destroy: bool = False,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        vault = BackupVault(
            self,
            "backups",
            name=naming.name("backups"),
            kms_key_arn=kms_key_arn,
            force_destroy=force_destroy,
            provider=provider,
        )
        if lock_days:
            BackupVaultLockConfiguration(
                self,
                "lock",
                backup_vault_name=vault.name,
                min_retention_days=lock_days,
                provider=provider,
            )
        self.arn: str = vault.arn


class Backup(Construct):
    """Backs up databases and versioned buckets by a schedule, and tells a topic when that fails.

    `schedule` is in UTC. RDS takes no backup in the hour before its maintenance window, nor in it.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html

    The vault's key encrypts backups of buckets; those of a database have the database's own key.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        database_arns: Sequence[str],
        bucket_arns: Sequence[str] = (),
        schedule: str,
        keep_days: int,
        lock_days: int = 0,
        copies: VaultOfCopies | None = None,
        kms_key_arn: str,
        topic_arn: str,
        runbooks: Runbooks,
        force_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        events = (*EVENTS, COPY_FAILED) if copies else EVENTS
        vault = self._vault(naming, kms_key_arn, force_destroy=force_destroy)
        self._notify(vault, topic_arn, events)
        alarms = [*_bad_ends(vault.name), *([_failed_copies(vault.name)] if copies else [])]
        Alarms(self, "alarms", naming=naming, topic_arn=topic_arn, runbooks=runbooks).add(*alarms)
        if lock_days:
            self._lock(vault, lock_days)
        policies = {**POLICIES, **BUCKET_POLICIES} if bucket_arns else POLICIES
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
                    copy_action=[_copied_to(copies, keep_days)] if copies else None,
                    recovery_point_tags={**naming.tags, "Name": naming.name("backup")},
                )
            ],
        )
        BackupSelection(
            self,
            "selection",
            name=naming.name("backup"),
            plan_id=plan.id,
            iam_role_arn=self._role(naming, policies).arn,
            resources=[*database_arns, *bucket_arns],
        )
        self.vault_arn: str = vault.arn

    def _vault(self, naming: Naming, kms_key_arn: str, *, force_destroy: bool) -> BackupVault:
        return BackupVault(
            self,
            "backups",
            name=naming.name("backups"),
            kms_key_arn=kms_key_arn,
            force_destroy=force_destroy,
        )

    def _notify(self, vault: BackupVault, topic_arn: str, events: Sequence[str]) -> None:
        BackupVaultNotifications(
            self,
            "notifications",
            backup_vault_name=vault.name,
            sns_topic_arn=topic_arn,
            backup_vault_events=list(events),
        )

    def _lock(self, vault: BackupVault, days: int) -> None:
        """In governance mode: without a day from which on nobody could ever lift it.

        The provider changes the days by lifting the lock: they are not those of the plan.
        https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
        """
        BackupVaultLockConfiguration(
            self, "lock", backup_vault_name=vault.name, min_retention_days=days
        )

    def _role(self, naming: Naming, policies: Mapping[str, str]) -> IamRole:
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
        for purpose, policy_arn in policies.items():
            IamRolePolicyAttachment(
                self, f"{purpose}-policy", role=role.name, policy_arn=policy_arn
            )
        return role


def _copied_to(copies: VaultOfCopies, keep_days: int) -> BackupPlanRuleCopyAction:
    return BackupPlanRuleCopyAction(
        destination_vault_arn=copies.arn,
        lifecycle=BackupPlanRuleCopyActionLifecycle(delete_after=keep_days),
    )


def _bad_ends(vault_name: str) -> list[Alarm]:
    """Alarms that go off at once when a job leaves no backup."""
    return [
        _jobs(f"backup-{end.lower()}", description, f"NumberOfBackupJobs{end}", vault_name)
        for end, description in BAD_ENDS.items()
    ]


def _failed_copies(vault_name: str) -> Alarm:
    """The same for copies; both vaults have this name, each in its region."""
    description = "A backup was not copied to the other region."
    return _jobs("backup-copy-failed", description, "NumberOfCopyJobsFailed", vault_name)


def _jobs(purpose: str, description: str, metric: str, vault_name: str) -> Alarm:
    return at_once(
        Alarm(
            purpose=purpose,
            description=description,
            metric=Metric(
                namespace="AWS/Backup",
                name=metric,
                statistic="Sum",
                dimensions={"BackupVaultName": vault_name},
                period=FIVE_MINUTES,
            ),
            threshold=0,
            treat_missing_data="notBreaching",
            runbook="backup",
        )
    )
