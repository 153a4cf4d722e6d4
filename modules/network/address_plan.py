"""Subnet networks, computed from the VPC's."""

from dataclasses import dataclass
from ipaddress import IPv4Network

# Each kind of subnet has a quarter of the VPC and each zone a quarter of that, so that adding a
# zone never renumbers a subnet. The fourth quarter is left for what comes.
_QUARTER = 2


@dataclass(frozen=True)
class ZoneNetworks:
    """The networks of one availability zone."""

    public: str
    app: str
    database: str


def plan(cidr_block: str, zone_count: int) -> list[ZoneNetworks]:
    """The networks of each zone; raises `ValueError` for more than four zones."""
    if not 1 <= zone_count <= 4:
        raise ValueError(f"received {zone_count} availability zones; give 1 to 4")
    public, app, database, _ = _quarters(IPv4Network(cidr_block))
    zones = zip(_quarters(public), _quarters(app), _quarters(database), strict=True)
    return [ZoneNetworks(*(str(network) for network in zone)) for zone in zones][:zone_count]


def _quarters(network: IPv4Network) -> list[IPv4Network]:
    return list(network.subnets(prefixlen_diff=_QUARTER))
