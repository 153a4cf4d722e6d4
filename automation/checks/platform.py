"""All checks, in the order of the tiers."""

from collections.abc import Callable, Iterator

import boto3

from automation.checks.application import check_application
from automation.checks.audit import check_audit
from automation.checks.clients import Clients
from automation.checks.database import check_database
from automation.checks.dns import check_dns
from automation.checks.edge import check_edge
from automation.checks.finding import Finding
from automation.checks.monitoring import check_monitoring
from automation.checks.network import check_network
from automation.checks.security import check_security
from automation.checks.state import check_state
from automation.checks.storage import check_storage
from config import Settings

_CHECKS: tuple[Callable[[Clients, Settings], Iterator[Finding]], ...] = (
    check_security,
    check_network,
    check_dns,
    check_storage,
    check_database,
    check_application,
    check_edge,
    check_monitoring,
    check_audit,
    check_state,
)


def check_platform(session: boto3.Session, settings: Settings) -> Iterator[Finding]:
    """Look at every tier of an environment that has been applied."""
    clients = Clients(session, settings.region)
    for check in _CHECKS:
        yield from check(clients, settings)
