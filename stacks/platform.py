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
from stacks.logs import LogsStack
from stacks.monitoring import MonitoringStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack
from stacks.web import WebStack


class Platform:
    """All tiers of one environment, with a release of the application in them."""

    def __init__(self, scope: Construct, *, settings: Settings, release: Release) -> None:
        self.logs = logs = LogsStack(scope, settings=settings)
        self.security = security = SecurityStack(scope, settings=settings)
        self.network = network = NetworkStack(scope, settings=settings)
        self.dns = dns = DnsStack(scope, settings=settings, security=security)
        self.storage = storage = StorageStack(
            scope, settings=settings, logs=logs, security=security, network=network
        )
        self.database = database = DatabaseStack(
            scope, settings=settings, security=security, network=network
        )
        self.web = web = WebStack(
            scope, settings=settings, logs=logs, security=security, network=network, dns=dns
        )
        self.application = ApplicationStack(
            scope,
            settings=settings,
            release=release,
            security=security,
            network=network,
            storage=storage,
            database=database,
            web=web,
        )
        self.edge = EdgeStack(
            scope,
            settings=settings,
            logs=logs,
            security=security,
            dns=dns,
            storage=storage,
            web=web,
        )
        self._oversight(scope, settings)

    def _oversight(self, scope: Construct, settings: Settings) -> None:
        """What tells how the service fares, and what was done to it."""
        self.audit = AuditStack(
            scope,
            settings=settings,
            logs=self.logs,
            security=self.security,
            network=self.network,
            storage=self.storage,
            database=self.database,
        )
        tiers: list[TierStack] = list(vars(self).values())
        self.monitoring = MonitoringStack(
            scope,
            settings=settings,
            security=self.security,
            database=self.database,
            web=self.web,
            application=self.application,
            edge=self.edge,
            audit=self.audit,
            alarms=[alarm for tier in tiers for alarm in tier.alarms],
        )
