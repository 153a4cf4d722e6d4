import pytest

from automation.aws.clients import Clients
from automation.checks import Finding
from automation.checks.preflight import UnknownError, delegation_checks
from config import Settings
from tests.automation.checks.preflight.conftest import Look, change

WHAT = "hosted zone: delegated"


@pytest.fixture
def servers(clients: Clients, settings: Settings) -> list[str]:
    """The name servers of a zone that exists."""
    made = clients.route53.create_hosted_zone(Name=settings.domain, CallerReference="-")
    return sorted(made["DelegationSet"]["NameServers"])


def delegated(look: Look, found: set[str]) -> Finding:
    return look(delegation_checks(lambda _: frozenset(found)))[WHAT]


def test_a_domain_that_its_zone_answers_for(servers: list[str], look: Look) -> None:
    assert delegated(look, set(servers)).ok
    # A registrar may be told of two of the four only.
    assert delegated(look, set(servers[:2])) == Finding(
        "it", WHAT, ok=True, detail=", ".join(servers[:2])
    )


@pytest.mark.parametrize("found", [set(), {"ns.example.net"}])
def test_a_domain_that_others_or_nobody_answer_for(
    found: set[str], servers: list[str], look: Look
) -> None:
    for answered in (found, found | {servers[0]} if found else found):
        finding = delegated(look, answered)
        shown = ", ".join(sorted(answered)) or "none"
        assert (finding.ok, finding.detail, finding.remedy) == (
            False,
            f"found {shown}, expected {', '.join(servers)}",
            "at its registrar, or in the zone above it, set the name servers of dev.example.com to "
            f"{', '.join(servers)}",
        )


def test_what_cannot_be_asked_is_a_warning(servers: list[str], look: Look) -> None:
    def ask(_: str) -> frozenset[str]:
        raise UnknownError("this machine has no DNS resolver")

    finding = look(delegation_checks(ask))[WHAT]
    assert finding.warning
    assert finding.detail == "unknown: this machine has no DNS resolver"
    assert finding.remedy == (
        "check that at its registrar, or in the zone above it, the name servers of "
        f"dev.example.com are {', '.join(servers)}"
    )


def test_a_zone_that_is_still_to_come_is_a_warning(look: Look) -> None:
    finding = delegated(look, set())
    assert finding.warning
    assert (finding.detail, finding.remedy) == (
        "unknown: there is no zone yet",
        "when `deploy` waits for the certificate of the web tier, set the new zone's name servers "
        "at the registrar of dev.example.com, or in the zone above it",
    )


def test_the_zone_that_is_named_has_to_be_of_the_domain(
    clients: Clients, settings: Settings, look: Look
) -> None:
    made = clients.route53.create_hosted_zone(Name="example.org", CallerReference="-")
    zone_id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    changed = change(settings, "dns", hosted_zone_id=zone_id)
    finding = look(delegation_checks(lambda _: frozenset()), changed)[
        "hosted zone: holds the domain"
    ]
    assert (finding.detail, finding.remedy) == (
        "found example.org, expected dev.example.com",
        "name a zone of the domain in dns.hosted_zone_id",
    )


def test_a_zone_above_the_domain_will_do(clients: Clients, settings: Settings, look: Look) -> None:
    made = clients.route53.create_hosted_zone(Name="example.com", CallerReference="-")
    asked: list[str] = []

    def ask(name: str) -> frozenset[str]:
        asked.append(name)
        return frozenset(made["DelegationSet"]["NameServers"])

    zone_id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    findings = look(delegation_checks(ask), change(settings, "dns", hosted_zone_id=zone_id))
    assert all(finding.ok for finding in findings.values())
    assert asked == ["example.com"]


def test_a_zone_that_does_not_exist_is_named_as_such(settings: Settings, look: Look) -> None:
    changed = change(settings, "dns", hosted_zone_id="Z0123456789ABC")
    finding = look(delegation_checks(lambda _: frozenset()), changed)["hosted zone"]
    assert "NoSuchHostedZone" in finding.detail
