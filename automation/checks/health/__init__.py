"""Finds out whether a deployed environment works, now: health first, then the configuration."""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import boto3

from automation.aws.clients import Clients
from automation.checks import Check, Finding, run
from automation.checks.configuration import check_platform, without_checks
from automation.checks.health.application import APPLICATION_CHECKS
from automation.checks.health.audit import audit_checks
from automation.checks.health.database import database_checks
from automation.checks.health.edge import (
    ALARM_CHECKS,
    AUDIT_TOPIC_CHECKS,
    Visit,
    edge_checks,
    page_checks,
    web_checks,
)
from automation.terraform.stacks import Stack
from config import Settings

_GENERAL = "none: looked at are its state, that its resources are deployed, and its alarms"


def verify(
    session: boto3.Session,
    settings: Settings,
    stacks: Sequence[Stack],
    *,
    visit: Visit,
    in_full: bool = False,
    now: datetime.datetime | None = None,
) -> Iterator[Finding]:
    """How the environment is at a time, and whether it is configured as it should be.

    Looks at the tiers of `stacks`, and by `visit` at the site itself. The claims about its
    configuration are one finding for each tier, or all of them `in_full`.
    """
    clients = Clients(session, settings.region)
    live = _live(settings, visit, now or datetime.datetime.now(datetime.UTC))
    for tier in (stack.name for stack in stacks if stack.name in live):
        for finding in run(tier, clients, settings, live[tier]):
            yield _with_remedy(finding, settings)
    for tier in without_checks(stack.name for stack in stacks):
        yield Finding(tier, "checks of its own", ok=True, detail=_GENERAL)
    configured = check_platform(session, settings, stacks)
    yield from configured if in_full else summarize(configured, settings)


def _live(
    settings: Settings, visit: Visit, now: datetime.datetime
) -> dict[str, Mapping[str, Check]]:
    return {
        "database": database_checks(settings, now),
        "web": web_checks(now),
        "application": APPLICATION_CHECKS,
        "edge": {**edge_checks(now), **page_checks(visit)},
        "monitoring": ALARM_CHECKS,
        "audit": {**audit_checks(now), **AUDIT_TOPIC_CHECKS},
    }


def summarize(findings: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
    """One finding for each tier: how many of its claims hold, and which do not."""
    for tier, group in itertools.groupby(findings, lambda finding: finding.tier):
        of_tier = list(group)
        failed = [finding.what for finding in of_tier if not finding.ok]
        detail = f"{len(of_tier) - len(failed)} of {len(of_tier)} claims hold"
        if failed:
            detail += f", but not: {'; '.join(failed)}"
        remedy = (
            f"see `python -m automation verify --env {settings.environment} --all`, "
            "then apply the tier again"
        )
        yield Finding(tier, "configuration", not failed, detail, remedy if failed else "")


def _with_remedy(finding: Finding, settings: Settings) -> Finding:
    """What has no remedy of its own is missing, or could not be asked for."""
    if finding.ok or finding.remedy:
        return finding
    command = f"python -m automation deploy {finding.tier} --env {settings.environment}"
    return replace(finding, remedy=f"deploy it: `{command}`")
