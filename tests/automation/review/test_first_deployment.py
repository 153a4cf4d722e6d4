"""Nobody has to approve a first deployment, whichever tiers are there by then."""

from typing import Any

from tests.automation.review.reviewing import entry, plan, reviewed
from tests.conftest import Tiers
from tests.promises import every

# What other stacks have made is known to the plan of a tier, its own resources' attributes are not.
OWN = "${aws_"


def created(address: str, values: dict[str, Any]) -> dict[str, Any]:
    type_, name = address.split(".")
    unknown = {
        attribute: True
        for attribute, value in values.items()
        if isinstance(value, str) and value.startswith(OWN)
    }
    known = {attribute: value for attribute, value in values.items() if attribute not in unknown}
    return entry(type_, ["create"], None, known, after_unknown=unknown, name=name)


def test_a_tier_that_is_new_is_not_blocked_by_those_that_are_there(platform: Tiers) -> None:
    for tier in platform:
        own = [created(address, body) for where, address, body in every(platform) if where == tier]
        plans: dict[str, Any] = {tier: plan(*own)}
        review = reviewed(**plans)
        assert [each.address for each in review.blocking] == [], tier
