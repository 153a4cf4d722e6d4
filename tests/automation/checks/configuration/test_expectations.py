"""What the checks expect is what the stacks make, though neither knows the other."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from automation.checks import lookups
from automation.checks.configuration import (
    audit,
    database,
    edge,
    instances,
    monitoring,
    network,
    storage,
    web,
)
from automation.checks.preflight import account
from config import Settings, load
from config.application import ORIGIN_SECRETS
from modules.dns.hosted_zone import AMAZON_ISSUERS
from modules.edge import behaviors
from modules.edge.error_pages import ErrorPages
from modules.network.address_plan import plan
from modules.web.listeners import SSL_POLICY
from tests.conftest import ENVIRONMENTS, OPTIONS, Tiers
from tests.promises import SHIPPED

Environment = tuple[Settings, Tiers]


@pytest.fixture(params=(*ENVIRONMENTS, OPTIONS))
def environment(request: pytest.FixtureRequest, platform_of: Callable[[str], Tiers]) -> Environment:
    name = request.param
    return load(name), platform_of(name)


def resources(tiers: Tiers, tier: str, kind: str) -> list[dict[str, Any]]:
    return list(tiers[tier].parsed.get("resource", {}).get(kind, {}).values())


def test_every_key_is_checked(environment: Environment) -> None:
    settings, tiers = environment
    made = {each["name"] for each in resources(tiers, "security", "aws_kms_alias")}
    purposes = (*storage.PURPOSES, *storage.GLOBAL_PURPOSES)
    assert {f"alias/{settings.naming.name(purpose)}" for purpose in purposes} == made


def test_every_alarm_is_looked_for(environment: Environment) -> None:
    settings, tiers = environment
    made = {
        each["alarm_name"]
        for tier in ("application", "monitoring", "audit")
        for each in resources(tiers, tier, "aws_cloudwatch_metric_alarm")
        # Parts of other alarms tell nobody.
        if each.get("alarm_actions") and not _of_another(each, tiers)
    }
    purposes = [
        *monitoring.regional_alarms(settings),
        *monitoring.EDGE_ALARMS,
        *monitoring.TOLD_BY_AUDIT,
        *monitoring.GLOBAL_TOLD_BY_AUDIT,
        *audit.purposes(settings),
    ]
    assert {settings.naming.name(purpose) for purpose in purposes} == made


def _of_another(alarm: dict[str, Any], tiers: Tiers) -> bool:
    """Whether an alarm watches a tier that does not ship: what any alarm is to do is checked."""
    others = set(tiers) - set(SHIPPED)
    return any(f".cross-stack-reference-input-{tier}." in json.dumps(alarm) for tier in others)


def test_subnets_are_where_they_are_planned(environment: Environment) -> None:
    settings, _ = environment
    zones = plan(settings.network.cidr_block, settings.availability_zones)
    assert network.planned(settings) == {
        zone: {"public": each.public, "app": each.app, "database": each.database}
        for zone, each in zones.items()
    }


def test_parameters_are_those_of_the_group(environment: Environment) -> None:
    settings, tiers = environment
    (group,) = resources(tiers, "database", "aws_db_parameter_group")
    made = {each["name"]: each["value"] for each in group["parameter"]}
    assert database.parameters(settings) == made


def test_every_secret_of_the_origin_is_looked_for(environment: Environment) -> None:
    settings, tiers = environment
    made = {each["name"] for each in resources(tiers, "web", "aws_secretsmanager_secret")}
    assert set(map(settings.naming.name, ORIGIN_SECRETS)) == made


def test_the_target_group_is_looked_for_by_the_digest_in_its_name(
    environment: Environment,
) -> None:
    settings, tiers = environment
    (group,) = resources(tiers, "application", "aws_lb_target_group")
    digested = re.search(r'join\(" ", \[data[^,]*, (.*)\]\)\), 0, (\d+)', group["name"])
    assert digested
    parts, length = digested.groups()
    words = " ".join(["vpc-1", *re.findall(r'"([^"]*)"', parts)])
    digest = hashlib.sha256(words.encode()).hexdigest()[: int(length)]
    prefix, _, _ = group["name"].partition("${")
    assert lookups.target_group_name(settings, "vpc-1") == f"{prefix}{digest}"


def test_groups_of_the_database_are_looked_for(environment: Environment) -> None:
    settings, tiers = environment
    start = f"{settings.naming.name(database.GROUP)}-"
    (parameters,) = resources(tiers, "database", "aws_db_parameter_group")
    (options,) = resources(tiers, "database", "aws_db_option_group")
    assert parameters["name"].startswith(start)
    assert options["name_prefix"] == start
    audited = [
        setting["value"]
        for each in options.get("option", ())
        for setting in each["option_settings"]
    ]
    assert audited == ([database.AUDITED] if settings.database.audit_log else [])


def test_every_database_instance_is_checked(environment: Environment) -> None:
    settings, tiers = environment
    made = {each["identifier"] for each in resources(tiers, "database", "aws_db_instance")}
    assert set(database.identifiers(settings)) == made


def test_preflight_asks_for_the_name_of_every_secret(environment: Environment) -> None:
    settings, tiers = environment
    made = {
        each["name"]
        for tier in tiers
        for each in resources(tiers, tier, "aws_secretsmanager_secret")
    }
    assert set(map(settings.naming.name, account.secrets(settings))) == made


def test_tags_are_those_that_the_group_propagates(environment: Environment) -> None:
    settings, tiers = environment
    (group,) = resources(tiers, "application", "aws_autoscaling_group")
    made = {each["key"]: each["value"] for each in group["tag"]}
    assert instances.expected_tags(settings) == made


def test_constants_are_those_of_the_modules() -> None:
    assert web.SSL_POLICY == SSL_POLICY
    assert ErrorPages.path_pattern == edge.ERROR_PATHS
    assert edge.CACHING_DISABLED == behaviors.CACHING_DISABLED
    assert edge.CACHING_OPTIMIZED == behaviors.CACHING_OPTIMIZED
    assert edge.ALL_VIEWER == behaviors.ALL_VIEWER
    assert web.AMAZON_ISSUERS == AMAZON_ISSUERS


@pytest.mark.parametrize(
    ("seconds", "written"), [(881.484581295528, "881.484581"), (2.0, "2"), (0.000001, "0.000001")]
)
def test_seconds_are_expected_as_the_group_writes_them(seconds: float, written: str) -> None:
    prod = load("prod")
    database_section = prod.database.model_copy(update={"slow_query_seconds": seconds})
    settings = prod.model_copy(update={"database": database_section})
    assert database.parameters(settings)["long_query_time"] == written
