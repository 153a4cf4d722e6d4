import pytest

from automation.checks.preflight import account
from automation.checks.preflight.account import ACCOUNT_CHECKS
from config import Settings
from tests.automation.checks.preflight.conftest import Look, change


def test_the_account_its_region_and_its_zones(look: Look) -> None:
    found = look(ACCOUNT_CHECKS)
    assert {what: each.detail for what, each in found.items() if each.ok} == {
        "credentials: account": "123456789012",
        "region: us-west-2": "opt-in-not-required",
        "zones: available": "us-west-2a, us-west-2b",
    }
    assert len(found) == 3


def test_credentials_of_another_account(look: Look, settings: Settings) -> None:
    found = look(ACCOUNT_CHECKS, change(settings, account_id="999999999999"))
    finding = found["credentials: account"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found 123456789012, expected 999999999999",
        "use that account's, or correct account_id",
    )


def test_a_region_that_is_not_enabled(look: Look, settings: Settings) -> None:
    found = look(ACCOUNT_CHECKS, change(settings, region="ap-east-1"))
    finding = found["region: ap-east-1"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found not-opted-in, expected opted-in",
        "enable it: `aws account enable-region --region-name ap-east-1`",
    )


def test_a_zone_that_the_region_lacks(look: Look, settings: Settings) -> None:
    zones = ("us-west-2a", "us-west-2f")
    finding = look(ACCOUNT_CHECKS, change(settings, "network", availability_zones=zones))[
        "zones: available"
    ]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found us-west-2a, us-west-2b, us-west-2c, us-west-2d, expected us-west-2f as well",
        "name zones that the account has in network.availability_zones",
    )


def test_a_private_load_balancer_where_cloudfront_makes_no_interfaces(
    look: Look, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = "VPC origin: zones that CloudFront does not reach"
    private = change(settings, "application", load_balancer="private")
    assert look(ACCOUNT_CHECKS, private)[subject].ok
    monkeypatch.setattr(account, "NO_VPC_ORIGINS", frozenset({"usw2-az1"}))
    finding = look(ACCOUNT_CHECKS, private)[subject]
    assert not finding.ok
    assert "us-west-2b" in finding.detail
    assert finding.remedy == (
        "name other zones in network.availability_zones, or leave the load balancer public"
    )
    assert subject not in look(ACCOUNT_CHECKS)
