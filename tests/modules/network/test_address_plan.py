from collections.abc import Sequence
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.network.address_plan import ZoneNetworks, plan

A, C = "us-west-2a", "us-west-2c"


def test_the_reference_network() -> None:
    assert plan("10.0.0.0/16", [A, C]) == {
        A: ZoneNetworks(
            public="10.0.0.0/21", app="10.0.64.0/21", database="10.0.128.0/21", app_ipv6_number=8
        ),
        C: ZoneNetworks(
            public="10.0.16.0/21", app="10.0.80.0/21", database="10.0.144.0/21", app_ipv6_number=10
        ),
    }


networks = st.builds(
    lambda address, prefix: IPv4Network((address, prefix), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(16, 22),
)
zones = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1).map(
    lambda letters: [f"us-east-1{letter}" for letter in letters]
)


@given(networks, zones)
def test_subnets_lie_inside_and_never_overlap(network: IPv4Network, zones: Sequence[str]) -> None:
    planned = plan(str(network), zones).values()
    subnets = [
        IPv4Network(block) for zone in planned for block in (zone.public, zone.app, zone.database)
    ]
    assert len(subnets) == 3 * len(zones)
    assert all(subnet.subnet_of(network) for subnet in subnets)
    # A load balancer needs at least a /27.
    assert all(subnet.prefixlen <= 27 for subnet in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)
    # A VPC's IPv6 range is a /56, which has 256 networks of /64.
    numbers = [zone.app_ipv6_number for zone in planned]
    assert set(numbers) <= set(range(256))
    assert len(set(numbers)) == len(zones)


@given(networks, zones, zones)
def test_a_zone_has_the_same_networks_whichever_others_there_are(
    network: IPv4Network, some: Sequence[str], others: Sequence[str]
) -> None:
    one, other = plan(str(network), some), plan(str(network), others)
    for zone in set(some) & set(others):
        assert one[zone] == other[zone]


def test_a_zone_without_a_place_in_the_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="received zone us-east-1i; give zones a to h"):
        plan("10.0.0.0/16", ["us-east-1i"])
