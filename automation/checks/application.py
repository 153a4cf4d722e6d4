"""Checks of the application tier."""

from collections.abc import Iterator

from automation.checks import lookups
from automation.checks.claim import Check, Claim, run
from automation.checks.clients import Clients
from automation.checks.finding import Finding
from automation.checks.instances import INSTANCE_CHECKS
from automation.checks.load_balancer import LOAD_BALANCER_CHECKS
from config import Settings


def check_application(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """The load balancer, what it lets through, and the instances behind it."""
    checks: dict[str, Check] = {
        **LOAD_BALANCER_CHECKS,
        **INSTANCE_CHECKS,
        "logs": _logs,
    }
    return run("application", clients, settings, checks)


def _logs(clients: Clients, settings: Settings) -> Iterator[Claim]:
    names = [settings.naming.path(f"application/{each}") for each in ("app", "system")]
    return lookups.log_groups(clients, settings, names, key="logs")
