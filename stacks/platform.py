"""The platform: every tier, in the order in which they build on each other."""

from cdktf import App

from config import Settings
from stacks.database import DatabaseStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack


class Platform:
    """All tiers of one environment."""

    def __init__(self, app: App, *, settings: Settings) -> None:
        self.security = SecurityStack(app, settings=settings)
        self.network = NetworkStack(app, settings=settings, logs_key=self.security.logs_key)
        self.storage = StorageStack(
            app,
            settings=settings,
            storage_key=self.security.storage_key,
            vpc=self.network.vpc,
        )
        self.database = DatabaseStack(
            app,
            settings=settings,
            data_key=self.security.data_key,
            logs_key=self.security.logs_key,
            vpc=self.network.vpc,
            security_groups=self.network.security_groups,
        )
