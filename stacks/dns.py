"""The DNS tier."""

from cdktf import TerraformOutput, TerraformProvider
from constructs import Construct

from config import Settings
from modules.dns.hosted_zone import HostedZone
from modules.dns.query_logging import QueryLogging
from modules.encryption.key import EncryptionKey
from stacks.base import TierStack
from stacks.security import SecurityStack


class DnsStack(TierStack):
    """The site's hosted zone; its names and certificates are with who answers to them."""

    def __init__(self, scope: Construct, *, settings: Settings, security: SecurityStack) -> None:
        super().__init__(scope, "dns", settings=settings)
        # Whatever the settings: what the query log has left in us-east-1 is destroyed by it, too.
        us_east_1 = self.global_provider()
        self.hosted_zone = HostedZone(
            self,
            "zone",
            naming=self.naming,
            domain_name=settings.domain,
            existing_zone_id=settings.dns.hosted_zone_id,
        )
        TerraformOutput(self, "hosted_zone_id", value=self.hosted_zone.zone_id)
        if settings.dns.hosted_zone_id is None:
            self._own_zone(security.global_logs_key, us_east_1)

    def _own_zone(self, global_logs_key: EncryptionKey, us_east_1: TerraformProvider) -> None:
        TerraformOutput(
            self,
            "name_servers",
            value=self.hosted_zone.name_servers,
            description="Set these at the domain's registrar, or as NS record in its parent zone",
        )
        if self.settings.dns.query_logging:
            QueryLogging(
                self,
                "query-logging",
                naming=self.naming,
                zone_id=self.hosted_zone.zone_id,
                retention_in_days=self.settings.log_retention_days,
                kms_key_arn=global_logs_key.arn,
                provider=us_east_1,
            )
