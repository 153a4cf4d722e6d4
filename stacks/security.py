"""The security tier: encryption keys by purpose."""

from dataclasses import replace

from constructs import Construct

from config import Settings
from modules.encryption import key_policy
from modules.encryption.key import EncryptionKey
from stacks.base import GLOBAL_REGION, TierStack


class SecurityStack(TierStack):
    """Keys that the other tiers encrypt with, so that access to data is decided in one place."""

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "security", settings=settings)
        self.data_key = self._data_key()
        self.backup_key = self._backup_key()
        self.backup_copy_key = self._backup_copy_key()
        self.storage_key = self._storage_key()
        self.logs_key = self._logs_key()
        self.alarms_key = self._alarms_key()
        self.global_logs_key = self._global_logs_key()

    def _data_key(self) -> EncryptionKey:
        # Secrets are decrypted in the name of who reads them, whose own policy has to name the key.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        services = ("backup", "ec2", "rds")
        return EncryptionKey(
            self,
            "data",
            naming=self.naming,
            purpose="data",
            description="Database, its secrets and backups, and instance volumes",
            grants=[
                key_policy.through_service(self.naming, *services),
                key_policy.grants_through_service(self.naming, *services),
            ],
            kept=self.settings.database.final_snapshot,
        )

    def _backup_key(self) -> EncryptionKey:
        """A key of its own: who may use what is backed up has no way to the backups."""
        return EncryptionKey(
            self,
            "backup",
            naming=self.naming,
            purpose="backup",
            description="Backups in the vault that do not keep the key of their source",
            grants=[
                key_policy.through_service(self.naming, "backup"),
                key_policy.grants_through_service(self.naming, "backup"),
            ],
        )

    def _backup_copy_key(self) -> EncryptionKey | None:
        """Copies in another region have that region's key; those of a database by way of RDS.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
        """
        region = self.settings.audit.backup_copy_region
        if region is None:
            return None
        there = replace(self.naming, region=region)
        services = ("backup", "rds")
        return EncryptionKey(
            self,
            "backup-copy",
            naming=there,
            purpose="backup",
            description="Copies of backups from another region",
            grants=[
                key_policy.through_service(there, *services),
                key_policy.grants_through_service(there, *services),
            ],
            provider=self.copies_provider(region),
        )

    def _storage_key(self) -> EncryptionKey:
        return EncryptionKey(
            self,
            "storage",
            naming=self.naming,
            purpose="storage",
            description="Objects in the assets and artifacts buckets",
            grants=[key_policy.cloudfront(self.naming)],
        )

    def _logs_key(self) -> EncryptionKey:
        return EncryptionKey(
            self,
            "logs",
            naming=self.naming,
            purpose="logs",
            description="Log groups, the audit trail and its alarm topic",
            grants=[
                key_policy.cloudwatch_logs(self.naming, region=self.settings.region),
                key_policy.alarm_topics(
                    self.naming, "backup.amazonaws.com", "events.rds.amazonaws.com"
                ),
                *key_policy.cloudtrail(self.naming),
            ],
        )

    def _alarms_key(self) -> EncryptionKey:
        """A key of its own: whichever of the two is lost, the other one's topic tells of it."""
        return EncryptionKey(
            self,
            "alarms",
            naming=self.naming,
            purpose="alarms",
            description="The topic to which alarms of the region go",
            grants=[key_policy.alarm_topics(self.naming)],
        )

    def _global_logs_key(self) -> EncryptionKey:
        return EncryptionKey(
            self,
            "global-logs",
            naming=self.naming,
            purpose="global-logs",
            description="Log groups and alarm topics of services that live in us-east-1",
            grants=[
                key_policy.cloudwatch_logs(self.naming, region=GLOBAL_REGION),
                key_policy.alarm_topics(self.naming),
            ],
            provider=self.global_provider(),
        )
