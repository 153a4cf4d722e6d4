"""Finds what would keep an environment from being deployed, subject by subject."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import boto3

from automation.aws.clients import Clients
from automation.checks import Check, Finding, run
from automation.checks.preflight.account import (
    ACCOUNT_CHECKS,
    NAME_CHECKS,
    OFFERING_CHECKS,
    STATE_CHECKS,
)
from automation.checks.preflight.dns import Ask, delegation_checks, name_servers
from automation.checks.preflight.quotas import QUOTA_CHECKS
from automation.errors import UserError
from automation.terraform import program
from config import Settings

_USED = ("ec2", "kms", "rds", "route53", "s3", "secretsmanager", "service_quotas")
_GENERAL = "mend what AWS says, and run preflight again"


def examine(
    session: boto3.Session, settings: Settings, *, ask: Ask = name_servers
) -> Iterator[Finding]:
    """Look at everything, whatever is found on the way; `ask` answers for the internet's DNS."""
    clients = Clients(session, settings.region)
    _prepare(clients)

    def look(subject: str, checks: Mapping[str, Check]) -> list[Finding]:
        return list(run(subject, clients, settings, checks))

    subjects: dict[str, Mapping[str, Check]] = {
        "account": ACCOUNT_CHECKS,
        "state": STATE_CHECKS,
        "quotas": QUOTA_CHECKS,
        "offerings": OFFERING_CHECKS,
        "domain": delegation_checks(ask),
        "names": NAME_CHECKS,
    }
    yield _terraform()
    # Nearly all of the time is spent waiting for answers.
    with ThreadPoolExecutor(max_workers=len(subjects)) as pool:
        for findings in pool.map(look, subjects, subjects.values()):
            yield from (_with_remedy(finding) for finding in findings)


def _prepare(clients: Clients) -> None:
    """Make the clients: a session must not do so for several threads at once.

    https://docs.aws.amazon.com/boto3/latest/guide/session.html#multithreading-or-multiprocessing-with-sessions
    """
    for name in _USED:
        getattr(clients, name)
    for name in ("ec2", "sts"):
        getattr(clients.in_us_east_1, name)


def _terraform() -> Finding:
    try:
        found = program.find()
    except UserError as error:
        detail, _, remedy = str(error).partition(": ")
        return Finding("tools", "Terraform", ok=False, detail=detail, remedy=remedy)
    return Finding("tools", "Terraform", ok=True, detail=found.version)


def _with_remedy(finding: Finding) -> Finding:
    return finding if finding.ok or finding.remedy else replace(finding, remedy=_GENERAL)
