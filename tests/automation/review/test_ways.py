"""Changes that AWS refuses while something is in use, and how they are made."""

from typing import Any

import pytest

from tests.automation.review.reviewing import entry, only, plan, reviewed, update


@pytest.mark.parametrize(
    ("change", "way"),
    [
        (
            entry("aws_subnet", ["delete"], {"id": "a"}, None),
            "first name its zone in network.leaving_zones and deploy",
        ),
        (
            entry("aws_lb", ["delete"], {"name": "a"}, None),
            "first deploy with application.both_load_balancers = true",
        ),
        (
            update(
                "aws_cloudfront_vpc_origin",
                {"vpc_origin_endpoint_config": [{"arn": "a"}]},
                vpc_origin_endpoint_config=[{"arn": "b"}],
            ),
            "first have CloudFront ask the other load balancer",
        ),
        (
            entry("aws_vpc", ["delete", "create"], {"cidr_block": "a"}, {"cidr_block": "b"}),
            "deploy another environment with the new network beside it",
        ),
        (
            update(
                "aws_vpc",
                {"assign_generated_ipv6_cidr_block": True},
                assign_generated_ipv6_cidr_block=False,
            ),
            "leave network.ipv6 = true, or deploy another environment without it beside it",
        ),
        (
            entry("aws_route53_zone", ["delete", "create"], {"name": "a"}, {"name": "b"}),
            "first deploy another environment with the new domain or zone beside it",
        ),
        (
            entry("aws_route53_zone", ["delete"], {"name": "a"}, None),
            "first deploy another environment with the new domain or zone beside it",
        ),
    ],
)
def test_what_aws_refuses_while_it_is_in_use_is_blocked_with_the_way(
    change: dict[str, Any], way: str
) -> None:
    found = only(change)
    assert found.risk == "blocking"
    (reason,) = found.reasons
    assert way in reason


def rotation(*secrets: int) -> dict[str, Any]:
    """The plan in which so many of the origin's secrets are written once more."""
    version, number = "aws_secretsmanager_secret_version", "secret_string_wo_version"
    return plan(
        *(
            entry(
                version,
                ["delete", "create"],
                {number: 1},
                {number: 2},
                name=f"origin-secret_origin-{each}_version_1A2B",
            )
            for each in secrets
        ),
        entry(version, ["delete", "create"], {number: 1}, {number: 2}, name="mysql_master_1A2B"),
    )


def test_one_secret_more_for_the_origin_blocks_nothing() -> None:
    assert reviewed(web=rotation(0)).blocking == ()


@pytest.mark.parametrize("secrets", [(0, 1), (0, 1, 2)])
def test_several_secrets_for_the_origin_at_once_are_blocked_with_the_way(
    secrets: tuple[int, ...],
) -> None:
    found = reviewed(web=rotation(*secrets)).blocking
    names = [f"origin-secret_origin-{each}_version" for each in secrets]
    assert [each.address.split(".")[1].removesuffix("_1A2B") for each in found] == names
    for each in found:
        (reason,) = each.reasons
        assert "by one, deploy, and only then by one again" in reason
