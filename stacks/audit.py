"""The audit tier."""

from constructs import Construct

from config import Settings
from modules.audit.backup import Backup, VaultOfCopies
from modules.audit.database_events import DatabaseEvents
from modules.audit.security_alarms import SecurityAlarms
from modules.audit.trail import Trail, trail_arn, trail_delivery
from modules.database.mysql import MysqlDatabase
from modules.encryption.key import EncryptionKey
from modules.monitoring.alarm_topic import AlarmTopic
from modules.monitoring.runbooks import Runbooks
from modules.monitoring.saved_queries import SavedQueries
from modules.network.flow_logs import FlowLogs, ToBucket, ToLogGroup
from modules.storage.bucket import Bucket
from modules.storage.lifecycle import Lifecycle
from stacks.base import GLOBAL_REGION, TierStack
from stacks.database import DatabaseStack
from stacks.logs import LogsStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack

AUDIT = "audit"


class AuditStack(TierStack):
    """The audit trail, alarms on what it shows, flow logs, database events and backups."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        logs: LogsStack,
        security: SecurityStack,
        network: NetworkStack,
        storage: StorageStack,
        database: DatabaseStack,
    ) -> None:
        super().__init__(scope, AUDIT, settings=settings)
        self._log_bucket = logs.bucket
        self._logs_key = security.logs_key
        self._runbooks = Runbooks(settings.monitoring.runbooks)
        self.topic = self._topic()
        self.global_topic = self._global_topic(security.global_logs_key)
        trail = self._trail(storage)
        self._watched(trail)
        FlowLogs(
            self,
            "flow-logs",
            naming=self.naming,
            vpc_id=network.vpc.vpc_id,
            traffic_type=settings.network.flow_log_traffic,
            to=self._flow_log_destination(),
        )
        DatabaseEvents(
            self,
            "database-events",
            naming=self.naming,
            topic_arn=self.topic.arn,
            identifiers=database.database.identifiers,
        )
        copies = self._copies(security.backup_copy_key)
        self._backup(security.backup_key, database.database, storage.assets_bucket, copies)

    def _trail(self, storage: StorageStack) -> Trail:
        return Trail(
            self,
            "trail",
            naming=self.naming,
            bucket=self._bucket(),
            kms_key_arn=self._logs_key.arn,
            log_group_retention_in_days=self.settings.audit.trail_log_group_days,
            bucket_arns=self._recorded(storage),
            access_point_arns=[storage.access_point.arn],
        )

    def _watched(self, trail: Trail) -> None:
        """What the trail shows, and that it does."""
        security = SecurityAlarms(
            self,
            "security-alarms",
            naming=self.naming,
            log_group_name=trail.log_group.name,
            topic_arn=self.topic.arn,
            runbooks=self._runbooks,
        )
        # Told by the monitoring tier: without the logs key this one's topic is silent, and perhaps
        # the trail, of which AWS does not say so.
        self.alarms += [security.lost_keys_alarm(), trail.silence_alarm()]
        SavedQueries(
            self,
            "queries",
            naming=self.naming,
            log_groups={"trail-events": trail.log_group.name},
        )

    def _recorded(self, storage: StorageStack) -> list[str]:
        """What visitors see, what instances run, and all that Terraform knows."""
        buckets = (storage.assets_bucket, storage.artifacts_bucket)
        return [*(each.arn for each in buckets), self.naming.bucket_arn("tfstate")]

    def _flow_log_destination(self) -> ToBucket | ToLogGroup:
        if self.settings.network.flow_log_destination == "s3":
            return ToBucket(self._log_bucket.name)
        return ToLogGroup(
            retention_in_days=self.settings.log_retention_days, kms_key_arn=self._logs_key.arn
        )

    def _topic(self) -> AlarmTopic:
        """A topic of its own: it may be others who look into these, and nothing has to wait."""
        vaults = f"backup-vault:{self.naming.prefix}-*"
        return AlarmTopic(
            self,
            "topic",
            naming=self.naming,
            purpose="audit-alarms",
            region=self.settings.region,
            kms_key_arn=self._logs_key.arn,
            emails=self.settings.audit_alarm_emails,
            publishers={
                "backup.amazonaws.com": self.naming.arn("backup", vaults),
                "events.rds.amazonaws.com": self.naming.arn("rds", "*"),
            },
        )

    def _global_topic(self, key: EncryptionKey) -> AlarmTopic:
        """Where those hear of it that the other topic of us-east-1 does not reach somebody."""
        return AlarmTopic(
            self,
            "global-topic",
            naming=self.naming,
            purpose="global-audit-alarms",
            region=GLOBAL_REGION,
            kms_key_arn=key.arn,
            emails=self.settings.audit_alarm_emails,
            provider=self.global_provider(),
        )

    def _bucket(self) -> Bucket:
        return Bucket(
            self,
            "bucket",
            naming=self.naming,
            purpose=AUDIT,
            lifecycle=Lifecycle(
                noncurrent_version_days=self.settings.storage.noncurrent_version_days,
                expiration_days=self.settings.audit.trail_days,
            ),
            kms_key_arn=self._logs_key.arn,
            access_log_bucket=self._log_bucket.name,
            statements=trail_delivery(
                self.naming, self.naming.bucket_arn(AUDIT), trail_arn=trail_arn(self.naming)
            ),
            force_destroy=not self.settings.deletion_protection,
        )

    def _copies(self, key: EncryptionKey | None) -> VaultOfCopies | None:
        """Where backups are copied to, if that is another region."""
        region = self.settings.audit.backup_copy_region
        if key is None or region is None:
            return None
        return VaultOfCopies(
            self,
            "copies",
            naming=self.naming,
            kms_key_arn=key.arn,
            lock_days=self.settings.audit.backup_lock_days,
            force_destroy=not self.settings.deletion_protection,
            provider=self.copies_provider(region),
        )

    def _backup(
        self,
        key: EncryptionKey,
        database: MysqlDatabase,
        assets: Bucket,
        copies: VaultOfCopies | None,
    ) -> None:
        settings = self.settings.audit
        Backup(
            self,
            "backup",
            naming=self.naming,
            database_arns=[database.arn],
            bucket_arns=[assets.arn] if settings.backup_assets else [],
            schedule=settings.backup_schedule,
            keep_days=settings.backup_days,
            lock_days=settings.backup_lock_days,
            copies=copies,
            kms_key_arn=key.arn,
            topic_arn=self.topic.arn,
            runbooks=self._runbooks,
            force_destroy=not self.settings.deletion_protection,
        )
