"""All checks, tier by tier: those that Terrace has of its own, and those of any tier."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import boto3

from automation.checks.application import check_application
from automation.checks.audit import check_audit
from automation.checks.clients import Clients
from automation.checks.database import check_database
from automation.checks.declared import check_declared
from automation.checks.dns import check_dns
from automation.checks.edge import check_edge
from automation.checks.finding import Finding
from automation.checks.monitoring import check_monitoring
from automation.checks.network import check_network
from automation.checks.security import check_security
from automation.checks.state import check_state
from automation.checks.storage import check_storage
from automation.synthesis import Stack
from config import Settings

_CHECKS: Mapping[str, Callable[[Clients, Settings], Iterator[Finding]]] = {
    "security": check_security,
    "network": check_network,
    "dns": check_dns,
    "storage": check_storage,
    "database": check_database,
    "application": check_application,
    "edge": check_edge,
    "monitoring": check_monitoring,
    "audit": check_audit,
}


def check_platform(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> Iterator[Finding]:
    """Look at every tier of an environment that has been applied, in the order of `stacks`."""
    clients = Clients(session, settings.region)
    for stack in stacks:
        if stack.name in _CHECKS:
            yield from _CHECKS[stack.name](clients, settings)
        yield from check_declared(clients, settings, stack)
    yield from check_state(clients, settings, [stack.name for stack in stacks])


def without_checks(tiers: Iterable[str]) -> list[str]:
    """The tiers of which is looked at what is looked at of any, and no more."""
    return [tier for tier in tiers if tier not in _CHECKS]
