import datetime
from collections.abc import Callable, Mapping

import pytest

from automation.checks import Check
from automation.checks.health.edge import edge_checks, web_checks
from automation.emulator import Emulator
from automation.emulator.proxy import Authority
from config import Settings
from tests.automation.checks.health.conftest import Look, sound
from tests.automation.checks.health.site import Site

Checks = Mapping[str, Check]

NOW = datetime.datetime.now(datetime.UTC)
VALIDATE = "see that the validation records of the certificate are still in the hosted zone"


def test_a_distribution_that_serves(site: Site, look: Look) -> None:
    site.distribution()
    found = sound(look(edge_checks(NOW)))
    assert found["distribution: state"] == "Deployed"
    assert found["distribution: enabled"] == "yes"


def test_a_distribution_that_is_switched_off(site: Site, look: Look) -> None:
    site.distribution(enabled=False)
    finding = look(edge_checks(NOW))["distribution: enabled"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found no, expected yes",
        "apply the edge tier again",
    )


@pytest.mark.parametrize(
    ("region", "checks"), [("us-west-2", web_checks), ("us-east-1", edge_checks)]
)
def test_a_certificate_that_holds(
    region: str, checks: Callable[[datetime.datetime], Checks], site: Site, look: Look
) -> None:
    site.certificate(region)
    assert sound(look(checks(NOW))) == {
        "certificate: state": "ISSUED",
        "certificate: days until it expires": "365",
        "certificate: renewal": "not due",
    }


@pytest.mark.parametrize(("days", "ok"), [(30, True), (29, False)])
def test_a_month_is_left_when_renewal_has_failed_for_long(
    days: int, ok: bool, site: Site, look: Look
) -> None:
    site.certificate("us-west-2")
    then = NOW + datetime.timedelta(days=365 - days)
    assert look(web_checks(then))["certificate: days until it expires"].ok == ok


def test_a_certificate_that_expires_and_that_nobody_renews(
    site: Site, look: Look, settings: Settings
) -> None:
    site.imported_certificate("us-west-2", Authority().sign(settings.domain))
    found = look(web_checks(NOW))
    finding = found["certificate: days until it expires"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found 7, expected 30 at least",
        VALIDATE,
    )
    finding = found["certificate: renewed by ACM"]
    assert (finding.warning, finding.detail, finding.remedy) == (
        True,
        "no",
        "see that it is in use, and issued by ACM: nothing else is renewed",
    )


def test_a_certificate_that_is_missing(look: Look, emulator: Emulator) -> None:
    assert emulator.alive
    (found,) = look(web_checks(NOW)).values()
    assert not found.ok
    assert found.detail.endswith("in us-west-2, expected one")
