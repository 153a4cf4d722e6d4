import pytest

from automation.checks.preflight.account import OFFERING_CHECKS
from config import Settings
from tests.automation.checks.preflight.conftest import Look, change

ABC = ("us-west-2a", "us-west-2b", "us-west-2c")
ALL = (*ABC, "us-west-2d")
# What us-west-2d does not have.
RARE = "c6in.large"


def test_dev_and_its_zones_match(look: Look) -> None:
    assert {what: (each.ok, each.detail) for what, each in look(OFFERING_CHECKS).items()} == {
        "instance types: t4g.small": (True, "us-west-2a, us-west-2b"),
        "database class: db.t4g.micro with MySQL 8.4": (True, "us-west-2a, us-west-2b"),
    }


def test_every_endpoint_has_to_be_offered_in_every_zone(look: Look, settings: Settings) -> None:
    zones = ("us-west-2a", "us-west-2z")
    changed = change(
        settings, "network", availability_zones=zones, interface_endpoints=("logs", "sts")
    )
    found = look({"endpoints": OFFERING_CHECKS["endpoints"]}, changed)
    assert found.keys() == {"endpoints: logs", "endpoints: sts"}
    finding = found["endpoints: logs"]
    assert not finding.ok
    assert "expected us-west-2z as well" in finding.detail
    assert finding.remedy == (
        "take logs out of network.interface_endpoints, or choose other zones in "
        "network.availability_zones: it is offered in us-west-2a, us-west-2b, us-west-2c, "
        "us-west-2d"
    )
    for lacking in (settings.network.availability_zones, zones[:1]):
        sound = change(changed, "network", availability_zones=lacking, availability_zone_count=1)
        assert all(each.ok for each in look(OFFERING_CHECKS, sound).values())


def test_an_endpoint_that_the_region_does_not_have(look: Look, settings: Settings) -> None:
    changed = change(settings, "network", interface_endpoints=("ec2messages",))
    finding = look(OFFERING_CHECKS, changed)["endpoints: ec2messages"]
    assert (finding.ok, finding.detail) == (
        False,
        "found none, expected us-west-2a, us-west-2b as well",
    )


def test_the_only_type_has_to_be_in_every_zone(look: Look, settings: Settings) -> None:
    changed = change(settings, "network", availability_zones=ALL, availability_zone_count=4)
    changed = change(changed, "application", instance_types=(RARE,))
    finding = look(OFFERING_CHECKS, changed)[f"instance types: {RARE}"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found us-west-2a, us-west-2b, us-west-2c, expected us-west-2d as well",
        "choose another type in application.instance_types, or other zones in "
        "network.availability_zones: it is offered in us-west-2a, us-west-2b, us-west-2c",
    )


def test_one_of_several_types_may_be_missing_somewhere(look: Look, settings: Settings) -> None:
    changed = change(settings, "network", availability_zones=ALL, availability_zone_count=4)
    changed = change(changed, "application", instance_types=("t4g.small", RARE))
    found = look(OFFERING_CHECKS, changed)
    assert not found["instance types: t4g.small"].warning
    finding = found[f"instance types: {RARE}"]
    assert finding.warning
    assert finding.detail == "not in us-west-2d"


def test_a_type_that_does_not_exist(look: Look, settings: Settings) -> None:
    changed = change(settings, "application", instance_types=("m99g.large",))
    finding = look(OFFERING_CHECKS, changed)["instance types: m99g.large"]
    assert (finding.ok, finding.detail) == (
        False,
        "found none, expected us-west-2a, us-west-2b as well",
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"instance_class": "db.m99g.large"}, "db.m99g.large with MySQL 8.4"),
        ({"engine_version": "8.4.99"}, "db.t4g.micro with MySQL 8.4.99"),
    ],
)
def test_a_database_that_is_not_on_offer(
    values: dict[str, str], name: str, look: Look, settings: Settings
) -> None:
    finding = look(OFFERING_CHECKS, change(settings, "database", **values))[
        f"database class: {name}"
    ]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found none, expected us-west-2a, us-west-2b as well",
        "choose another database.instance_class, or other zones in network.availability_zones: "
        "it is offered in none",
    )


def test_a_minor_version_of_the_line_is_found(look: Look, settings: Settings) -> None:
    found = look(OFFERING_CHECKS, change(settings, "database", engine_version="8.4.7"))
    assert found["database class: db.t4g.micro with MySQL 8.4.7"].ok


@pytest.mark.parametrize(("zones", "ok"), [(ALL, True), (("us-west-2c", "us-west-2d"), False)])
def test_a_standby_needs_two_zones(
    zones: tuple[str, ...], ok: bool, look: Look, settings: Settings
) -> None:
    changed = change(settings, "network", availability_zones=zones)
    rare = f"db.{RARE}"
    changed = change(changed, "database", instance_class=rare, multi_az=True)
    finding = look(OFFERING_CHECKS, changed)[f"database class: {rare} with MySQL 8.4"]
    assert (finding.ok, finding.warning) == (ok, ok)
