from cdktf import TerraformStack

from config import Naming
from modules.network.open_port import OpenPort
from modules.network.security_groups import TierSecurityGroups
from tests.synthesized import Synthesized, synthesize


def groups(naming: Naming, *, internet_access: bool = True) -> Synthesized:
    return synthesize(
        lambda stack: TierSecurityGroups(
            stack,
            "security-groups",
            naming=naming,
            vpc_id="vpc-1",
            internet_access=internet_access,
        )
    )


def test_each_tier_has_a_group(naming: Naming) -> None:
    names = {each["name"] for each in groups(naming).resources("aws_security_group").values()}
    tiers = ("web", "web-http", "application", "database", "endpoints")
    assert names == {f"prod-349081-{each}" for each in tiers}


def test_only_cloudfront_comes_in_from_outside(naming: Naming) -> None:
    rules = groups(naming).resources("aws_vpc_security_group_ingress_rule").values()
    outside = [each for each in rules if "referenced_security_group_id" not in each]
    assert {each["from_port"] for each in outside} == {80, 443}
    for each in outside:
        assert each["prefix_list_id"].startswith("${data.aws_ec2_managed_prefix_list.")


def test_without_nat_instances_reach_no_server_of_the_internet(naming: Naming) -> None:
    open_to_all = [
        [
            each
            for each in groups(naming, internet_access=way)
            .resources("aws_vpc_security_group_egress_rule")
            .values()
            if "cidr_ipv4" in each
        ]
        for way in (True, False)
    ]
    assert list(map(len, open_to_all)) == [1, 0]


def test_a_port_is_opened_on_both_sides(naming: Naming) -> None:
    def build(stack: TerraformStack) -> None:
        OpenPort(
            stack,
            "web-to-application",
            naming=naming,
            source_id="sg-web",
            target_id="sg-application",
            port=8080,
        )

    stack = synthesize(build)
    common = {"from_port": 8080, "to_port": 8080, "ip_protocol": "tcp"}
    assert stack.has(
        "aws_vpc_security_group_egress_rule",
        security_group_id="sg-web",
        referenced_security_group_id="sg-application",
        **common,
    )
    assert stack.has(
        "aws_vpc_security_group_ingress_rule",
        security_group_id="sg-application",
        referenced_security_group_id="sg-web",
        **common,
    )
