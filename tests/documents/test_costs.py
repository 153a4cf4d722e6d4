"""What `docs/production.md` says of costs is counted in what is synthesized, and added up."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

import pytest

from config import Settings, load
from tests.conftest import Tiers
from tests.documents.pages import read
from tests.documents.scripts import PRODUCTION
from tests.synthesized import Resource

HOURS = 730
_CENT = Decimal("0.01")
# The header's cells: what, price, per, then how many and how much for each environment.
_ENVIRONMENTS = ("prod", "dev")


def resources(tiers: Tiers, type_: str) -> list[Resource]:
    return [each for tier in tiers.values() for each in tier.resources(type_).values()]


def metrics(tiers: Tiers) -> int:
    """An alarm costs what the metrics cost that it looks at."""
    alarms = resources(tiers, "aws_cloudwatch_metric_alarm")
    queries = [[each for each in a.get("metric_query", ()) if "metric" in each] for a in alarms]
    return sum(len(found) or 1 for found in queries)


def endpoints(tiers: Tiers) -> int:
    interfaces = resources(tiers, "aws_vpc_endpoint")
    return sum(len(each["subnet_ids"]) for each in interfaces if "subnet_ids" in each)


def addresses(tiers: Tiers) -> int:
    """NAT gateways have elastic ones, the load balancer has one for each subnet."""
    (balancer,) = resources(tiers, "aws_lb")
    public = [] if balancer["internal"] else balancer["subnets"]
    return len(resources(tiers, "aws_eip")) + len(public)


def secrets(tiers: Tiers) -> int:
    databases = resources(tiers, "aws_db_instance")
    managed = [each for each in databases if each.get("manage_master_user_password")]
    return len(resources(tiers, "aws_secretsmanager_secret")) + len(managed)


def rules(tiers: Tiers) -> int:
    return sum(len(each["rule"]) for each in resources(tiers, "aws_wafv2_web_acl"))


def count(type_: str, beyond: int = 0) -> Callable[[Tiers, Settings], int]:
    return lambda tiers, _: len(resources(tiers, type_)) + beyond


def instances(type_: str) -> Callable[[Tiers, Settings], int]:
    def counted(_: Tiers, settings: Settings) -> int:
        application = settings.application
        return application.capacity.min_size if application.instance_types == (type_,) else 0

    return counted


def copies(settings: Settings) -> int:
    return 2 if settings.database.multi_az else 1


def databases(class_: str) -> Callable[[Tiers, Settings], int]:
    return lambda _, settings: copies(settings) if settings.database.instance_class == class_ else 0


def volumes(tiers: Tiers, settings: Settings) -> int:
    (template,) = resources(tiers, "aws_launch_template")
    sizes: list[int] = [each["ebs"]["volume_size"] for each in template["block_device_mappings"]]
    return sum(sizes) * settings.application.capacity.min_size


LINES: Mapping[str, Callable[[Tiers, Settings], int]] = {
    "instance `m7g.large`": instances("m7g.large"),
    "instance `t4g.small`": instances("t4g.small"),
    "their volumes, gp3": volumes,
    "database `db.m7g.large`, each zone": databases("db.m7g.large"),
    "database `db.t4g.micro`": databases("db.t4g.micro"),
    "its storage, gp3, each zone": lambda _, s: s.database.allocated_storage_gib * copies(s),
    "NAT gateway": count("aws_nat_gateway"),
    "interface endpoint, each zone": lambda tiers, _: endpoints(tiers),
    "load balancer": count("aws_lb"),
    "public IPv4 address": lambda tiers, _: addresses(tiers),
    "web ACL": count("aws_wafv2_web_acl"),
    "rule or group of rules in it": lambda tiers, _: rules(tiers),
    # The bucket of the states has one of its own.
    "KMS key": count("aws_kms_key", beyond=1),
    "secret": lambda tiers, _: secrets(tiers),
    "metric that an alarm looks at": lambda tiers, _: metrics(tiers),
    "composite alarm": count("aws_cloudwatch_composite_alarm"),
    "dashboard": count("aws_cloudwatch_dashboard"),
    "hosted zone": count("aws_route53_zone"),
    "health check, by HTTPS and timed": count("aws_route53_health_check"),
}


def table() -> dict[str, list[str]]:
    """The rows of the page's table, by what they are about."""
    found = {}
    for line in read(PRODUCTION).splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")]
        if len(cells) == 7 and (cells[0] in LINES or cells[0] == "together"):
            found[cells[0]] = cells[1:]
    return found


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_counted_in_what_is_synthesized(
    name: str, platform_of: Callable[[str], Tiers]
) -> None:
    price, per, *cells = table()[name]
    for environment, number, amount in zip(_ENVIRONMENTS, cells[::2], cells[1::2], strict=True):
        expected = LINES[name](platform_of(environment), load(environment))
        assert number == (str(expected) if expected else ""), environment
        hours = {"hour": HOURS, "month": 1, "GB and month": 1}[per]
        cost = (Decimal(price) * expected * hours).quantize(_CENT, ROUND_HALF_UP)
        assert amount == (str(cost) if expected else ""), environment


def test_the_lines_add_up() -> None:
    rows = table()
    for column in (3, 5):
        *parts, total = (Decimal(row[column]) for row in rows.values() if row[column])
        assert sum(parts) == total
    assert list(rows) == [*LINES, "together"]


def test_the_readme_rounds_what_the_lines_add_up_to() -> None:
    said = re.search(
        r"about (\d+) dollars a month for production, (\d+) for `dev`", read("README.md")
    )
    assert said
    for rounded, column in zip(said.groups(), (3, 5), strict=True):
        assert abs(Decimal(rounded) - Decimal(table()["together"][column])) < 1
