from collections.abc import Sequence
from typing import Any, Literal

import pytest
from cdktf import TerraformStack

from config import Naming
from modules.network.vpc import Vpc
from tests.synthesized import Resource, Synthesized, synthesize

Strategy = Literal["per_az", "single", "none"]
ZONES = ("us-west-2a", "us-west-2b", "us-west-2c")


def vpc(
    naming: Naming,
    nat_gateways: Strategy = "per_az",
    *,
    zones: Sequence[str] = ZONES,
    **choices: Any,
) -> Synthesized:
    return synthesize(
        lambda stack: Vpc(
            stack,
            "vpc",
            naming=naming,
            cidr_block="10.0.0.0/16",
            availability_zones=zones,
            nat_gateways=nat_gateways,
            **choices,
        )
    )


def subnets(stack: Synthesized) -> dict[str, Resource]:
    return {each["tags"]["Name"]: each for each in stack.resources("aws_subnet").values()}


@pytest.mark.parametrize(
    ("strategy", "gateways", "default_routes"), [("per_az", 3, 6), ("single", 1, 6), ("none", 0, 3)]
)
def test_nat_strategies(
    naming: Naming,
    strategy: Strategy,
    gateways: int,
    default_routes: int,
) -> None:
    stack = vpc(naming, strategy)
    assert len(stack.resources("aws_nat_gateway")) == gateways
    assert len(stack.resources("aws_eip")) == gateways
    assert len(stack.resources("aws_route")) == default_routes


def test_each_zone_has_three_subnets_of_its_own(naming: Naming) -> None:
    stack = vpc(naming, "per_az")
    for zone in ZONES:
        for kind in ("public", "app", "database"):
            assert stack.has(
                "aws_subnet",
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags={"Name": f"prod-349081-{kind}-{zone[-1]}", "Tier": kind},
            )


def test_each_app_subnet_leaves_through_the_gateway_of_its_own_zone(naming: Naming) -> None:
    stack = vpc(naming, "per_az")
    used = {route.get("nat_gateway_id") for route in stack.resources("aws_route").values()}
    assert len(used - {None}) == 3


def test_the_default_security_group_has_no_rules(naming: Naming) -> None:
    group = vpc(naming, "per_az").only("aws_default_security_group")
    assert group["ingress"] == []
    assert group["egress"] == []


@pytest.mark.parametrize("strategy", ["per_az", "single"])
def test_gateways_and_their_addresses_wait_until_the_vpc_has_an_internet_gateway(
    naming: Naming, strategy: Strategy
) -> None:
    """Else they fail with Gateway.NotAttached."""
    stack = vpc(naming, strategy)
    (internet,) = stack.resources("aws_internet_gateway")
    for kind in ("aws_nat_gateway", "aws_eip"):
        for resource in stack.resources(kind).values():
            assert resource["depends_on"] == [f"aws_internet_gateway.{internet}"]


def test_a_zone_in_between_leaves_the_others_as_they_are(naming: Naming) -> None:
    a, b, c = ZONES
    before, after = vpc(naming, zones=(a, c)), vpc(naming, zones=(a, b, c))
    for kind, resources in before.parsed["resource"].items():
        for name, resource in resources.items():
            assert after.resources(kind)[name] == resource


def test_a_zone_that_is_left_keeps_what_it_has_and_is_not_used(naming: Naming) -> None:
    staying: list[str] = []
    leaving: list[str] = []

    def build(stack: TerraformStack, zones: Sequence[str], used: list[str]) -> None:
        made = Vpc(
            stack,
            "vpc",
            naming=naming,
            cidr_block="10.0.0.0/16",
            availability_zones=ZONES,
            leaving_zones=zones,
        )
        used += [*made.public.ids, *made.app.ids, *made.database.ids]

    before = synthesize(lambda stack: build(stack, (), staying))
    after = synthesize(lambda stack: build(stack, ZONES[2:], leaving))
    assert before.parsed["resource"] == after.parsed["resource"]
    assert (len(staying), len(leaving)) == (9, 6)


def test_instances_have_no_ipv6_addresses_unless_they_are_chosen(naming: Naming) -> None:
    stack = vpc(naming)
    assert "assign_generated_ipv6_cidr_block" not in stack.only("aws_vpc")
    assert not any("ipv6_cidr_block" in each for each in subnets(stack).values())
    assert stack.resources("aws_egress_only_internet_gateway") == {}


@pytest.mark.parametrize("strategy", ["per_az", "none"])
def test_with_ipv6_app_subnets_alone_have_addresses_and_a_way_out_that_is_none_in(
    naming: Naming, strategy: Strategy
) -> None:
    stack = vpc(naming, strategy, ipv6=True)
    assert stack.only("aws_vpc")["assign_generated_ipv6_cidr_block"] is True
    with_ipv6 = {name for name, each in subnets(stack).items() if "ipv6_cidr_block" in each}
    assert with_ipv6 == {f"prod-349081-app-{letter}" for letter in "abc"}
    networks = {subnets(stack)[name]["ipv6_cidr_block"] for name in with_ipv6}
    assert len(networks) == 3
    assert all(subnets(stack)[name]["assign_ipv6_address_on_creation"] for name in with_ipv6)
    (gateway,) = stack.resources("aws_egress_only_internet_gateway")
    routes = [
        each
        for each in stack.resources("aws_route").values()
        if each.get("destination_ipv6_cidr_block") == "::/0"
    ]
    assert len(routes) == 3
    for route in routes:
        assert gateway in route["egress_only_gateway_id"]
        assert "vpc_app_routes" in route["route_table_id"]
