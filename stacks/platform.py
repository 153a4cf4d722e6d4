"""The platform: every tier, in the order in which they build on each other."""

from constructs import Construct

from artifact import Release
from config import Settings
from stacks.application import ApplicationStack
from stacks.audit import AuditStack
from stacks.base import TierStack
from stacks.database import DatabaseStack
from stacks.dns import DnsStack
from stacks.edge import EdgeStack
from stacks.monitoring import MonitoringStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack


class Platform:
    """All tiers of one environment, with a release of the application in them."""

    def __init__(self, scope: Construct, *, settings: Settings, release: Release) -> None:
        self._foundation(scope, settings)
        self._service(scope, settings, release)
        self._oversight(scope, settings)

    def _foundation(self, scope: Construct, settings: Settings) -> None:
        """Keys, network, names and buckets, on which the service stands."""
        self.security = SecurityStack(scope, settings=settings)
        self.network = NetworkStack(scope, settings=settings, logs_key=self.security.logs_key)
        self.dns = DnsStack(scope, settings=settings, global_logs_key=self.security.global_logs_key)
        self.storage = StorageStack(
            scope,
            settings=settings,
            storage_key=self.security.storage_key,
            vpc=self.network.vpc,
        )

    def _service(self, scope: Construct, settings: Settings, release: Release) -> None:
        """What answers a request: CloudFront, the instances and the database."""
        self.database = DatabaseStack(
            scope,
            settings=settings,
            data_key=self.security.data_key,
            logs_key=self.security.logs_key,
            vpc=self.network.vpc,
            security_groups=self.network.security_groups,
        )
        self.application = ApplicationStack(
            scope,
            settings=settings,
            data_key=self.security.data_key,
            storage_key=self.security.storage_key,
            logs_key=self.security.logs_key,
            vpc=self.network.vpc,
            security_groups=self.network.security_groups,
            certificate=self.dns.regional_certificate,
            log_bucket=self.storage.log_bucket,
            artifacts_bucket=self.storage.artifacts_bucket,
            access_point=self.storage.access_point,
            database=self.database.database,
            release=release,
        )
        self.edge = EdgeStack(
            scope,
            settings=settings,
            global_logs_key=self.security.global_logs_key,
            hosted_zone=self.dns.hosted_zone,
            certificate=self.dns.global_certificate,
            assets_bucket=self.storage.assets_bucket,
            log_bucket=self.storage.log_bucket,
            load_balancer=self.application.load_balancer,
            origin_secret=self.application.origin_secret,
        )

    def _oversight(self, scope: Construct, settings: Settings) -> None:
        """What tells how the service fares, and what was done to it."""
        tiers: list[TierStack] = list(vars(self).values())
        self.monitoring = MonitoringStack(
            scope,
            settings=settings,
            logs_key=self.security.logs_key,
            global_logs_key=self.security.global_logs_key,
            regional_certificate=self.dns.regional_certificate,
            global_certificate=self.dns.global_certificate,
            database=self.database.database,
            load_balancer=self.application.load_balancer,
            auto_scaling_group=self.application.auto_scaling_group,
            agent=self.application.agent,
            distribution=self.edge.distribution,
            web_acl=self.edge.web_acl,
            health_check=self.edge.health_check,
            alarms=[alarm for tier in tiers for alarm in tier.alarms],
        )
        self.audit = AuditStack(
            scope,
            settings=settings,
            data_key=self.security.data_key,
            logs_key=self.security.logs_key,
            log_bucket=self.storage.log_bucket,
            assets_bucket=self.storage.assets_bucket,
            access_point=self.storage.access_point,
            database=self.database.database,
        )
