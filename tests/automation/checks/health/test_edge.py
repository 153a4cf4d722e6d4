import datetime

import pytest

from automation.checks.health.edge import EDGE_CHECKS, certificate_checks
from automation.emulator import Emulator
from automation.emulator.certificates import Authority
from config import Settings
from tests.automation.checks.health.conftest import Look, sound
from tests.automation.checks.health.site import Site

NOW = datetime.datetime.now(datetime.UTC)
VALIDATE = "see that the validation records of the certificate are still in the hosted zone"


def test_a_distribution_that_serves(site: Site, look: Look) -> None:
    site.distribution()
    assert sound(look(EDGE_CHECKS)) == {
        "distribution: state": "Deployed",
        "distribution: enabled": "yes",
    }


def test_a_distribution_that_is_switched_off(site: Site, look: Look) -> None:
    site.distribution(enabled=False)
    finding = look(EDGE_CHECKS)["distribution: enabled"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found no, expected yes",
        "apply the edge tier again",
    )


def test_certificates_that_hold(site: Site, look: Look) -> None:
    for region in ("us-west-2", "us-east-1"):
        site.certificate(region)
    assert sound(look(certificate_checks(NOW))) == {
        f"{where}: {what}": detail
        for where in ("certificate", "certificate in us-east-1")
        for what, detail in (
            ("state", "ISSUED"),
            ("days until it expires", "365"),
            ("renewal", "not due"),
        )
    }


@pytest.mark.parametrize(("days", "ok"), [(30, True), (29, False)])
def test_a_month_is_left_when_renewal_has_failed_for_long(
    days: int, ok: bool, site: Site, look: Look
) -> None:
    site.certificate("us-west-2")
    then = NOW + datetime.timedelta(days=365 - days)
    assert look(certificate_checks(then))["certificate: days until it expires"].ok == ok


def test_a_certificate_that_expires_and_that_nobody_renews(
    site: Site, look: Look, settings: Settings
) -> None:
    site.imported_certificate("us-west-2", Authority().sign(settings.domain))
    found = look(certificate_checks(NOW))
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
    found = look(certificate_checks(NOW))
    assert [finding.ok for finding in found.values()] == [False, False]
    assert found["certificate"].detail.endswith("in us-west-2, expected one")
