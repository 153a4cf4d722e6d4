"""Every check of the configuration, tier by tier."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import boto3

from automation.aws.clients import Clients
from automation.checks.check import Finding
from automation.checks.configuration.audit import check_audit
from automation.checks.configuration.database import check_database
from automation.checks.configuration.declared import check_declared
from automation.checks.configuration.dns import check_dns
from automation.checks.configuration.edge import check_edge
from automation.checks.configuration.instances import check_application
from automation.checks.configuration.monitoring import check_monitoring
from automation.checks.configuration.network import check_network
from automation.checks.configuration.security import check_security
from automation.checks.configuration.storage import check_state, check_storage
from automation.terraform.stacks import Stack
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
