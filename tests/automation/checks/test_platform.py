import boto3

from automation.checks import check_platform
from automation.checks.state import STACKS
from config import Settings

TIERS = [*STACKS, "state"]


def test_an_empty_account_fails_in_every_tier_in_order(
    session: boto3.Session, settings: Settings
) -> None:
    findings = list(check_platform(session, settings))
    assert list(dict.fromkeys(finding.tier for finding in findings)) == TIERS
    assert {finding.tier for finding in findings if not finding.ok} == set(TIERS)
    claims = [(finding.tier, finding.what) for finding in findings]
    assert len(claims) == len(set(claims))
