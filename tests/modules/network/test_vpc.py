from typing import Literal

import pytest

from config import Naming
from modules.network.vpc import Vpc
from tests.synthesized import Synthesized, synthesize

ZONES = ("us-west-2a", "us-west-2b", "us-west-2c")


def vpc(naming: Naming, nat_gateways: Literal["per_az", "single", "none"]) -> Synthesized:
    return synthesize(
        lambda stack: Vpc(
            stack,
            "vpc",
            naming=naming,
            cidr_block="10.0.0.0/16",
            availability_zones=ZONES,
            nat_gateways=nat_gateways,
        )
    )


@pytest.mark.parametrize(
    ("strategy", "gateways", "default_routes"), [("per_az", 3, 6), ("single", 1, 6), ("none", 0, 3)]
)
def test_nat_strategies(
    naming: Naming,
    strategy: Literal["per_az", "single", "none"],
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
