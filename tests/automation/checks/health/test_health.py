from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
import pytest

from automation.checks import Finding
from automation.checks.health import summarize, verify
from automation.checks.health.edge import Page
from automation.terraform.stacks import Stack, ordered, read
from config import Settings
from tests.automation.checks.health.site import Site

LIVE = {"web", "database", "application", "edge", "monitoring", "audit"}


def compressed(_: str) -> Page:
    return Page(status=200, size=5000, encoding="gzip")


@pytest.fixture
def stacks(output_of: Callable[[str], Path]) -> Sequence[Stack]:
    return ordered(read(output_of("dev")))


@pytest.fixture
def whole(site: Site) -> Site:
    for region in ("us-west-2", "us-east-1"):
        site.certificate(region)
    site.database()
    site.application()
    site.distribution()
    site.alarms("outage")
    site.alarms("site-unreachable", region="us-east-1")
    site.service_down()
    site.audit()
    site.topics()
    return site


def test_the_live_checks_come_first_then_a_line_for_each_tier(
    whole: Site, session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    findings = list(verify(session, settings, stacks, visit=compressed))
    tiers = [stack.name for stack in stacks]
    general = {"configuration", "checks of its own"}
    live = [finding for finding in findings if finding.what not in general]
    order = [tier for tier in tiers if tier in LIVE]
    assert list(dict.fromkeys(finding.tier for finding in live)) == order
    assert set(order) == LIVE
    assert [finding for finding in live if not finding.ok] == []
    name = whole.naming.name("database")
    warnings = {finding.what for finding in live if finding.warning}
    nobody = {"topic: is heard by", "topic in us-east-1: is heard by"}
    assert warnings == {
        f"storage of {name}: free",
        "AWS Backup: newest recovery point",
        *nobody,
    }
    configured = [finding for finding in findings if finding.what == "configuration"]
    assert [finding.tier for finding in configured] == [*tiers, "state"]


def test_in_full_every_claim_is_a_finding(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    findings = list(verify(session, settings, stacks, visit=compressed, in_full=True))
    assert "configuration" not in {finding.what for finding in findings}
    assert ("state", "locks") in {(finding.tier, finding.what) for finding in findings}


def test_what_was_never_deployed_says_how_to(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    findings = list(verify(session, settings, stacks, visit=compressed))
    assert all(finding.remedy for finding in findings if not finding.ok)
    (finding,) = [each for each in findings if each.what == "instances"]
    assert finding.remedy == "deploy it: `python -m automation deploy application --env dev`"


def test_a_tier_that_is_not_synthesized_is_not_presupposed(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    kept = [stack for stack in stacks if stack.name != "audit"]
    assert "audit" not in {
        finding.tier for finding in verify(session, settings, kept, visit=compressed)
    }


def test_a_tier_without_checks_of_its_own_is_told(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    other = Stack("unheard", stacks[0].file)
    found = [
        each
        for each in verify(session, settings, [*stacks, other], visit=compressed)
        if each.tier == other.name
    ]
    assert [(each.what, each.ok) for each in found] == [
        ("checks of its own", True),
        ("configuration", False),
    ]
    assert found[0].detail == (
        "none: looked at are its state, that its resources are deployed, and its alarms"
    )


def test_a_tier_is_summed_up(settings: Settings) -> None:
    findings = [
        Finding("network", "VPC: network", ok=True, detail=""),
        Finding("network", "NAT: zones", ok=False, detail="found none, expected a"),
        Finding("network", "flow logs", ok=False, detail="found no flow log"),
        Finding("dns", "hosted zone: holds the domain", ok=True, detail=""),
    ]
    assert list(summarize(findings, settings)) == [
        Finding(
            "network",
            "configuration",
            ok=False,
            detail="1 of 3 claims hold, but not: NAT: zones; flow logs",
            remedy="see `python -m automation verify --env dev --all`, then apply the tier again",
        ),
        Finding("dns", "configuration", ok=True, detail="1 of 1 claims hold"),
    ]
