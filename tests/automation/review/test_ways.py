"""Changes that AWS refuses while something is in use, and how they are made."""

from typing import Any

import pytest

from tests.automation.review.reviewing import entry, only, update


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
