"""What has to hold between the network's settings and the others."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from config import regions
from config.faults import Fault, shown
from config.settings import Settings

_PRIVATE = tuple(
    IPv4Network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
# What an instance asks for itself, to be reached, to start and to tell how it is.
_NEEDED_ENDPOINTS = (
    "autoscaling",
    "logs",
    "monitoring",
    "secretsmanager",
    "ssm",
    "ssmmessages",
    "sts",
    "xray",
)


# From /16 to /22.
_SIZES = range(16, 23)


def _vpc_network(settings: Settings) -> Iterator[Fault]:
    key = "network.cidr_block"
    received = settings.network.cidr_block
    network = _network(received)
    if network is None:
        yield Fault(key, f'"{received}"', "give a network address, such as 10.0.0.0/16")
        return
    if network.prefixlen not in _SIZES:
        yield Fault(key, f'"{received}"', "give a network from /16 to /22: subnets would not fit")
    if not any(network.subnet_of(block) for block in _PRIVATE):
        yield Fault(key, f'"{received}"', "give a private network (RFC 1918 or 100.64.0.0/10)")
    for index, other in enumerate(settings.network.reserved_cidr_blocks):
        reserved = _network(other)
        name = f"network.reserved_cidr_blocks[{index}]"
        if reserved is None:
            yield Fault(name, f'"{other}"', "give a network address, such as 10.1.0.0/16")
        elif network.overlaps(reserved):
            remedy = f"choose a network that does not overlap {other} ({name})"
            yield Fault(key, f'"{received}"', remedy, (name,))


def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def _zones(settings: Settings) -> Iterator[Fault]:
    key = "network.availability_zones"
    zones, count = settings.network.availability_zones, settings.network.availability_zone_count
    if zones and (len(zones) != count or len(set(zones)) != count):
        remedy = f"name {count} different zones (network.availability_zone_count), or none"
        yield Fault(key, shown(zones), remedy, ("network.availability_zone_count",))
    if len(settings.availability_zones) < count and not zones:
        has = regions.zones(settings.region)
        remedy = f"give at most {len(has)}, as {settings.region} has no more"
        yield Fault("network.availability_zone_count", count, remedy, ("region",))
    for zone in zones:
        if zone[:-1] != settings.region:
            yield Fault(
                key, f'"{zone}"', f"name zones of the region {settings.region}", ("region",)
            )


def _leaving_zones(settings: Settings) -> Iterator[Fault]:
    """A load balancer and a database need two zones."""
    key, involved = "network.leaving_zones", "network.availability_zones"
    for index, zone in enumerate(settings.network.leaving_zones):
        if zone not in settings.availability_zones:
            remedy = f"name zones of the environment: {', '.join(settings.availability_zones)}"
            yield Fault(f"{key}[{index}]", f'"{zone}"', remedy, (involved,))
    if len(settings.zones_in_use) < 2:
        remedy = "name fewer, so that two zones stay: a load balancer needs them"
        yield Fault(key, shown(settings.network.leaving_zones), remedy, (involved,))


def _endpoints(settings: Settings) -> Iterator[Fault]:
    network = settings.network
    missing = [each for each in _NEEDED_ENDPOINTS if each not in network.interface_endpoints]
    if network.nat_gateways == "none" and missing:
        key, involved = "network.interface_endpoints", "network.nat_gateways"
        names = ", ".join(f'"{each}"' for each in missing)
        remedy = f"add {names}: without {involved} nothing else leads to these services"
        yield Fault(key, shown(network.interface_endpoints), remedy, (involved,))


# A subnet for instances has a 32nd of the VPC (modules/network/address_plan.py), of which AWS keeps
# five addresses; a load balancer takes up to eight, and CloudFront one to reach it.
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
_APP_SUBNETS, _KEPT, _PRIVATE_BALANCER = 32, 5, 9


def _addresses(settings: Settings) -> Iterator[Fault]:
    network = _network(settings.network.cidr_block)
    zones = len(settings.zones_in_use)
    if network is None or network.prefixlen not in _SIZES or not zones:
        return
    application = settings.application
    sizes = [application.capacity.max_size, *(each.max_size for each in application.schedules)]
    private = _PRIVATE_BALANCER if "private" in settings.load_balancers else 0
    room = network.num_addresses // _APP_SUBNETS - _KEPT
    room -= len(settings.network.interface_endpoints) + private
    most = max(room, 0) * zones
    if max(sizes) > most:
        key, involved = "application.capacity.max_size", "network.cidr_block"
        remedy = f"give at most {most}, or a larger network: {network} has no addresses for more"
        schedules = tuple(
            f"application.schedules[{index}]" for index in range(len(application.schedules))
        )
        yield Fault(key, max(sizes), remedy, (involved, *schedules))


RULES = (_vpc_network, _zones, _leaving_zones, _endpoints, _addresses)
