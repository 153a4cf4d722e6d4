from automation.checks.health.edge import ALARM_CHECKS
from tests.automation.checks.health.conftest import Look, sound
from tests.automation.checks.health.site import Site

QUIET = "some have no data until there is traffic; see that the others' metrics are published"


def make(site: Site) -> None:
    site.alarms("outage", "latency-p50")
    site.alarms("site-unreachable", region="us-east-1")
    site.service_down()
    site.topics("on-call@example.com")
    site.confirm("on-call@example.com")


def test_alarms_that_are_quiet(site: Site, look: Look) -> None:
    make(site)
    assert sound(look(ALARM_CHECKS)) == {
        "service down: state": "OK",
        "alarms: firing": "none of 2",
        "alarms in us-east-1: firing": "none of 1",
        "topic: is heard by": "on-call@example.com",
        "topic in us-east-1: is heard by": "on-call@example.com",
    }


def test_no_alarms_at_all(look: Look) -> None:
    found = look(ALARM_CHECKS)
    assert not any(finding.ok for finding in found.values())
    assert found["alarms in us-east-1"].detail.endswith("-* in us-east-1")


def test_alarms_that_fire(site: Site, look: Look) -> None:
    make(site)
    site.report("outage", "ALARM")
    site.report("site-unreachable", "ALARM", region="us-east-1")
    found = look(ALARM_CHECKS)
    for what, name in (("alarms", "outage"), ("alarms in us-east-1", "site-unreachable")):
        finding = found[f"{what}: firing"]
        assert (finding.ok, finding.detail, finding.remedy) == (
            False,
            f"{name}: as a test wants it",
            "see the dashboard, and mend what the alarms report",
        )
        assert finding.settling


def test_parts_of_an_alarm_may_be_in_any_state_and_the_whole_may_not(
    site: Site, look: Look
) -> None:
    """What has failed an hour ago is over, and still in the hour's window."""
    make(site)
    site.alarms("burn-long", "burn-short", tell=False)
    site.service_down("burn")
    site.report("burn-long", "ALARM")
    assert look(ALARM_CHECKS)["alarms: firing"].detail == "none of 3"
    site.report("burn", "ALARM")
    finding = look(ALARM_CHECKS)["alarms: firing"]
    assert (finding.ok, finding.detail) == (False, "burn: as a test wants it")


def test_an_alarm_without_data_is_told_and_no_failure(site: Site, look: Look) -> None:
    make(site)
    site.report("latency-p50", "INSUFFICIENT_DATA")
    site.report("service-down", "INSUFFICIENT_DATA")
    found = look(ALARM_CHECKS)
    assert all(finding.ok for finding in found.values())
    finding = found["alarms: without data"]
    assert (finding.detail, finding.remedy) == ("latency-p50", QUIET)
    assert found["service down: state"].warning


def test_the_service_is_down(site: Site, look: Look) -> None:
    make(site)
    site.report("service-down", "ALARM")
    finding = look(ALARM_CHECKS)["service down: state"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found ALARM, expected OK",
        "the service is down: as a test wants it",
    )
