from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.network.address_plan import ZoneNetworks, plan


def test_the_reference_network() -> None:
    assert plan("10.0.0.0/16", 2) == [
        ZoneNetworks(public="10.0.0.0/20", app="10.0.64.0/20", database="10.0.128.0/20"),
        ZoneNetworks(public="10.0.16.0/20", app="10.0.80.0/20", database="10.0.144.0/20"),
    ]


networks = st.builds(
    lambda address, prefix: IPv4Network((address, prefix), strict=False),
    st.integers(0, 2**32 - 1),
    st.integers(16, 22),
)


@given(networks, st.integers(1, 4))
def test_subnets_lie_inside_and_never_overlap(network: IPv4Network, zone_count: int) -> None:
    zones = plan(str(network), zone_count)
    subnets = [
        IPv4Network(block) for zone in zones for block in (zone.public, zone.app, zone.database)
    ]
    assert len(subnets) == 3 * zone_count
    assert all(subnet.subnet_of(network) for subnet in subnets)
    # A load balancer needs at least a /27.
    assert all(subnet.prefixlen <= 27 for subnet in subnets)
    assert not any(one.overlaps(other) for one in subnets for other in subnets if one is not other)


@given(networks, st.integers(1, 3))
def test_another_zone_leaves_the_others_alone(network: IPv4Network, zone_count: int) -> None:
    assert plan(str(network), zone_count + 1)[:zone_count] == plan(str(network), zone_count)


@pytest.mark.parametrize("zone_count", [0, 5])
def test_a_plan_has_room_for_four_zones(zone_count: int) -> None:
    with pytest.raises(ValueError, match=f"received {zone_count} availability zones"):
        plan("10.0.0.0/16", zone_count)
