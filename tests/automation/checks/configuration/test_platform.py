from collections.abc import Callable, Sequence
from pathlib import Path

import boto3
import pytest

from automation.checks.configuration import check_platform, without_checks
from automation.terraform.stacks import Stack, ordered, read
from config import Settings
from tests.promises import SHIPPED


@pytest.fixture
def stacks(output_of: Callable[[str], Path]) -> Sequence[Stack]:
    return ordered(read(output_of("prod")))


def test_an_empty_account_fails_in_every_tier_in_order(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    tiers = [*(stack.name for stack in stacks), "state"]
    findings = list(check_platform(session, settings, stacks))
    assert list(dict.fromkeys(finding.tier for finding in findings)) == tiers
    assert {finding.tier for finding in findings if not finding.ok} == set(tiers)
    claims = [(finding.tier, finding.what) for finding in findings]
    assert len(claims) == len(set(claims))


def test_every_tier_that_ships_has_checks_of_its_own() -> None:
    assert without_checks([*SHIPPED, "queue"]) == ["queue"]


def test_a_tier_that_is_gone_is_not_asked_for(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> None:
    kept = [stack for stack in stacks if stack.name != "audit"]
    findings = list(check_platform(session, settings, kept))
    assert "audit" not in {finding.tier for finding in findings}
    assert "state of audit" not in {finding.what for finding in findings}
