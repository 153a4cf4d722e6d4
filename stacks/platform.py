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
        self.security = security = SecurityStack(scope, settings=settings)
        self.network = network = NetworkStack(scope, settings=settings, security=security)
        self.dns = dns = DnsStack(scope, settings=settings, security=security)
        self.storage = storage = StorageStack(
            scope, settings=settings, security=security, network=network
        )
        self.database = database = DatabaseStack(
            scope, settings=settings, security=security, network=network
        )
        self.application = application = ApplicationStack(
            scope,
            settings=settings,
            release=release,
            security=security,
            network=network,
            dns=dns,
            storage=storage,
            database=database,
        )
        self.edge = EdgeStack(
            scope,
            settings=settings,
            security=security,
            dns=dns,
            storage=storage,
            application=application,
        )
        self._oversight(scope, settings)

    def _oversight(self, scope: Construct, settings: Settings) -> None:
        """What tells how the service fares, and what was done to it."""
        tiers: list[TierStack] = list(vars(self).values())
        self.monitoring = MonitoringStack(
            scope,
            settings=settings,
            security=self.security,
            dns=self.dns,
            database=self.database,
            application=self.application,
            edge=self.edge,
            alarms=[alarm for tier in tiers for alarm in tier.alarms],
        )
        self.audit = AuditStack(
            scope,
            settings=settings,
            security=self.security,
            storage=self.storage,
            database=self.database,
        )
