"""What a configuration lets happen, as sets, against what is counted one by one."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.review.reach import deletes_more, lets_in_more, opened, openings
from automation.terraform.diff import UNKNOWN
from tests.automation.review.reviewing import only, update

# Of few protocols, ports and addresses everything can be tried.
PROTOCOLS = ("tcp", "udp")
PORTS = range(4)
ADDRESSES = {f"{first}.0.0.0/2": first for first in (0, 64, 128, 192)}
RANGES = {
    "0.0.0.0/0": (0, 64, 128, 192),
    "0.0.0.0/1": (0, 64),
    "128.0.0.0/1": (128, 192),
    **{cidr: (first,) for cidr, first in ADDRESSES.items()},
}


def rule(protocol: str, first: int, last: int, *cidrs: str) -> dict[str, Any]:
    return {"protocol": protocol, "from_port": first, "to_port": last, "cidr_blocks": list(cidrs)}


RULES = st.builds(
    lambda protocol, ports, cidrs: rule(protocol, min(ports), max(ports), *cidrs),
    st.sampled_from([*PROTOCOLS, "-1", "6"]),
    st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)),
    st.lists(st.sampled_from(sorted(RANGES)), max_size=3),
)


def points(rules: list[dict[str, Any]]) -> set[tuple[str, int, int]]:
    """Every protocol, port and address that gets in."""
    return {
        (protocol, port, address)
        for each in rules
        for protocol, port in product((*PROTOCOLS, "other"), (*PORTS, 9))
        for cidr in each["cidr_blocks"]
        for address in RANGES[cidr]
        if each["protocol"] == "-1"
        or (
            {"6": "tcp"}.get(each["protocol"], each["protocol"]) == protocol
            and each["from_port"] <= port <= each["to_port"]
        )
    }


@settings(deadline=None, max_examples=300)
@given(st.lists(RULES, max_size=4), st.lists(RULES, max_size=4))
def test_more_gets_in_when_a_point_is_in_no_rule_of_before(before: Any, after: Any) -> None:
    old, new = list(openings({"ingress": before})), list(openings({"ingress": after}))
    more = bool(points(after) - points(before))
    assert lets_in_more(old, new) == more
    # A quarter of all addresses is the world.
    assert opened(old, new) == more


@settings(deadline=None)
@given(st.lists(RULES, max_size=4), st.randoms(use_true_random=False))
def test_no_order_opens_anything(rules: Any, random: Any) -> None:
    shuffled = [{**each, "cidr_blocks": each["cidr_blocks"][::-1]} for each in rules]
    random.shuffle(shuffled)
    assert not lets_in_more(openings({"ingress": rules}), openings({"ingress": shuffled}))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            {"from_port": 443, "cidr_ipv4": "0.0.0.0/1"},
            {"from_port": 443, "cidr_ipv4": "0.0.0.0/0"},
            True,
        ),
        (
            {"from_port": 0, "to_port": 99, "cidr_ipv4": "0.0.0.0/0"},
            {"from_port": 9, "cidr_ipv4": "0.0.0.0/0"},
            True,
        ),
        ({"cidr_ipv6": "::/0"}, {"cidr_ipv6": "2000::/3"}, False),
        ({}, {"cidr_blocks": [f"{n}.0.0.0/8" for n in range(20, 25)]}, True),
        ({}, {"cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}, False),
        ({}, {"ip_protocol": "icmp", "from_port": 8, "to_port": 0, "cidr_ipv4": "0.0.0.0/0"}, True),
        ({}, {"prefix_list_id": "pl-1"}, False),
        ({}, {"self": True}, False),
        (
            {"security_group_id": "a", "cidr_ipv4": "::/0"},
            {"security_group_id": "a", "cidr_ipv4": "::/0"},
            False,
        ),
        (
            {"security_group_id": "a", "cidr_ipv4": "::/0"},
            {"security_group_id": "b", "cidr_ipv4": "::/0"},
            True,
        ),
        (
            {"security_group_id": "a", "cidr_ipv4": "::/0"},
            {"security_group_id": UNKNOWN, "cidr_ipv4": "::/0"},
            False,
        ),
    ],
)
def test_only_what_was_not_open_is_opened(before: Any, after: Any, expected: bool) -> None:
    type_ = "aws_vpc_security_group_ingress_rule"
    common = {"ip_protocol": "tcp", "to_port": 443}
    change = only(update(type_, {**common, **before}, **{**common, **after}))
    assert ("a security group is opened to the world" in change.reasons) is expected


def life(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"rule": list(rules)}


def expire(days: int, **more: Any) -> dict[str, Any]:
    return {"id": "a", "status": "Enabled", "expiration": [{"days": days}], **more}


LOGS = {"filter": [{"prefix": "logs/"}]}
BOTH = {"filter": [{"and": [{"prefix": "logs/", "tags": {"a": "b"}}]}]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (life(), life(expire(30)), True),
        (life(expire(30)), life(expire(30, id="b")), False),
        (life(expire(30)), life(expire(90, **LOGS), expire(30, id="b")), False),
        (life(expire(30, **LOGS)), life(expire(30)), True),
        (life(expire(30)), life(expire(30, **LOGS)), False),
        (life(expire(30, **BOTH)), life(expire(30, **LOGS)), True),
        (life(expire(30, **LOGS)), life(expire(30, **BOTH)), False),
        (life(expire(30, prefix="logs/")), life(expire(30, **LOGS)), False),
        (
            life(expire(30, filter=[{"tag": [{"key": "a", "value": "b"}]}])),
            life(expire(30, filter=[{"and": [{"tags": {"a": "b"}}]}])),
            False,
        ),
        (life(expire(30, status="Disabled")), life(expire(30)), True),
        (life(expire(30)), life(expire(30, status="Disabled")), False),
        (life(expire(30)), life(), False),
        (
            {"lifecycle_rule": [{"enabled": True, "prefix": "a", "expiration": [{"days": 9}]}]},
            {"lifecycle_rule": [{"enabled": True, "prefix": "", "expiration": [{"days": 9}]}]},
            True,
        ),
        (
            life(
                {
                    "id": "a",
                    "status": "Enabled",
                    "noncurrent_version_expiration": [
                        {"noncurrent_days": 9, "newer_noncurrent_versions": 5}
                    ],
                }
            ),
            life(
                {
                    "id": "a",
                    "status": "Enabled",
                    "noncurrent_version_expiration": [
                        {"noncurrent_days": 9, "newer_noncurrent_versions": 2}
                    ],
                }
            ),
            True,
        ),
        (
            life(
                {"id": "a", "status": "Enabled", "expiration": [{"date": "2027-01-01T00:00:00Z"}]}
            ),
            life(
                {"id": "a", "status": "Enabled", "expiration": [{"date": "2026-12-01T00:00:00Z"}]}
            ),
            True,
        ),
    ],
)
def test_what_deletes_more_is_told_however_it_is_written(
    before: dict[str, Any], after: dict[str, Any], expected: bool
) -> None:
    assert deletes_more(before, after) is expected
    assert not deletes_more(after, after)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "a/b", "c"]), st.integers(1, 9)), max_size=4),
    st.lists(st.tuples(st.sampled_from(["", "a", "a/b", "c"]), st.integers(1, 9)), max_size=4),
)
def test_an_object_is_deleted_by_the_first_rule_that_is_about_it(before: Any, after: Any) -> None:
    def days(rules: Any, key: str) -> float:
        return min((each for prefix, each in rules if key.startswith(prefix)), default=99)

    old, new = (
        life(*(expire(each, id=str(n), prefix=prefix) for n, (prefix, each) in enumerate(rules)))
        for rules in (before, after)
    )
    sooner = any(days(after, key) < days(before, key) for key in ("a", "a/b", "c", "x"))
    assert deletes_more(old, new) is sooner
