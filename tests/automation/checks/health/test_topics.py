"""Whether anybody hears what alarms tell."""

import pytest

from automation.aws.clients import Clients
from automation.checks import run
from automation.checks.health.edge import ALARM_CHECKS, AUDIT_TOPIC_CHECKS
from config import Settings
from config.monitoring import Monitoring
from tests.automation.checks.health.conftest import Look
from tests.automation.checks.health.site import Site

TOPICS = {
    **{subject: ALARM_CHECKS[subject] for subject in ("topic", "topic in us-east-1")},
    **{f"audit {subject}": check for subject, check in AUDIT_TOPIC_CHECKS.items()},
}
EMAILS = ("first@example.com", "second@example.com")
REMEDY = (
    "have each address follow the link that AWS has sent it; after two days link and subscription "
    "are gone, and the next deployment has AWS send another"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"monitoring": Monitoring(alarm_emails=EMAILS)})


def test_an_address_that_has_not_confirmed_is_named(site: Site, look: Look) -> None:
    site.topics(*EMAILS)
    site.confirm(EMAILS[0])
    found = look(TOPICS)
    assert set(found) == {f"{subject}: is heard by" for subject in TOPICS}
    for finding in found.values():
        assert (finding.ok, finding.detail, finding.remedy) == (
            False,
            "found first@example.com, expected second@example.com to have confirmed",
            REMEDY,
        )


def test_all_have_confirmed(site: Site, look: Look) -> None:
    site.topics(*EMAILS)
    for each in EMAILS:
        site.confirm(each)
    found = look(TOPICS).values()
    assert {(each.ok, each.remedy, each.detail) for each in found} == {
        (True, "", ", ".join(EMAILS))
    }


def test_a_link_that_has_expired_took_its_subscription_along(site: Site, look: Look) -> None:
    site.topics(EMAILS[0])
    site.confirm(EMAILS[0])
    assert not any(each.ok for each in look(TOPICS).values())


def test_nobody_at_all_is_a_warning(site: Site, clients: Clients, settings: Settings) -> None:
    site.topics()
    nobody = settings.model_copy(update={"monitoring": Monitoring()})
    found = list(run("it", clients, nobody, TOPICS))
    assert {(each.warning, each.detail, each.remedy) for each in found} == {
        (
            True,
            "nobody",
            "name addresses in monitoring.alarm_emails: alarms go off, and nobody hears them",
        )
    }
