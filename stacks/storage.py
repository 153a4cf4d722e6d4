"""The storage tier."""

from constructs import Construct

from config import Settings
from modules.storage.access_point import AccessPoint, access_point_arn
from modules.storage.bucket import Bucket
from modules.storage.bucket_policy import access_point_delegation, distribution_reads
from modules.storage.lifecycle import Lifecycle
from stacks.base import TierStack
from stacks.logs import LogsStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack

ASSETS = "assets"


class StorageStack(TierStack):
    """Buckets for assets and release artifacts, and the application's way to the assets."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        logs: LogsStack,
        security: SecurityStack,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, "storage", settings=settings)
        self._storage_key = security.storage_key
        self._replaced = settings.storage.noncurrent_version_days
        self._log_bucket = logs.bucket
        self.assets_bucket = self._assets_bucket()
        self.artifacts_bucket = self._artifacts_bucket()
        self.access_point = AccessPoint(
            self,
            "access-point",
            naming=self.naming,
            purpose=ASSETS,
            bucket=self.assets_bucket.name,
            vpc_id=network.vpc.vpc_id,
        )

    def _assets_bucket(self) -> Bucket:
        arn = self.naming.bucket_arn(ASSETS)
        point = access_point_arn(self.naming, ASSETS)
        return Bucket(
            self,
            "assets",
            naming=self.naming,
            purpose=ASSETS,
            lifecycle=Lifecycle(
                noncurrent_version_days=self._replaced,
                intelligent_tiering_days=self.settings.storage.asset_transition_days,
            ),
            kms_key_arn=self._storage_key.arn,
            access_log_bucket=self._log_bucket.name,
            statements=[
                distribution_reads(self.naming, arn),
                access_point_delegation(arn, access_point_arn=point),
            ],
            force_destroy=not self.settings.deletion_protection,
        )

    def _artifacts_bucket(self) -> Bucket:
        return Bucket(
            self,
            "artifacts",
            naming=self.naming,
            purpose="artifacts",
            lifecycle=Lifecycle(noncurrent_version_days=self._replaced),
            kms_key_arn=self._storage_key.arn,
            access_log_bucket=self._log_bucket.name,
            force_destroy=not self.settings.deletion_protection,
        )
