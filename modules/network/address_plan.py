"""Subnet networks, computed from the VPC's."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

# Each kind of subnet has a quarter of the VPC, and each zone an eighth of that by its letter, so
# that neither another zone nor another order renumbers a subnet. The fourth quarter is left for
# what comes.
_QUARTER, _EIGHTH = 2, 3
_LETTERS = "abcdefgh"


@dataclass(frozen=True)
class ZoneNetworks:
    """The networks of one availability zone."""

    public: str
    app: str
    database: str
    app_ipv6_number: int
    """Which of the /64 networks in the VPC's /56 is that of the app subnet."""


def plan(cidr_block: str, zones: Sequence[str]) -> dict[str, ZoneNetworks]:
    """The networks of each zone; raises `ValueError` for zones other than a to h."""
    public, app, database, _ = IPv4Network(cidr_block).subnets(prefixlen_diff=_QUARTER)

    def of(zone: str) -> ZoneNetworks:
        number = _number(zone)
        return ZoneNetworks(
            public=_nth(public, number),
            app=_nth(app, number),
            database=_nth(database, number),
            app_ipv6_number=len(_LETTERS) + number,
        )

    return {zone: of(zone) for zone in zones}


def _number(zone: str) -> int:
    if zone[-1] not in _LETTERS:
        raise ValueError(f"received zone {zone}; give zones a to {_LETTERS[-1]}")
    return _LETTERS.index(zone[-1])


def _nth(network: IPv4Network, number: int) -> str:
    return str(list(network.subnets(prefixlen_diff=_EIGHTH))[number])
