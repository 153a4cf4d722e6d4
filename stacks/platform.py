"""The platform: every tier, in the order in which they build on each other."""

from cdktf import App

from config import Settings
from stacks.network import NetworkStack
from stacks.security import SecurityStack


class Platform:
    """All tiers of one environment."""

    def __init__(self, app: App, *, settings: Settings) -> None:
        self.security = SecurityStack(app, settings=settings)
        self.network = NetworkStack(app, settings=settings, logs_key=self.security.logs_key)
