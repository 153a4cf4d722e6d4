"""Quotas: what the environment needs, beside what others use, is within what the account may have.

What this environment has already is part of what it needs, so it does not count as used.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from automation.checks import lookups
from automation.checks.claim import Check, Claim
from automation.checks.clients import Clients
from automation.checks.database import identifiers
from automation.preflight.compute import vcpu_demands
from automation.preflight.demand import Demand, Quota, belongs, limit_of
from config import Settings

# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
VPCS = Quota("vpc", "L-F678F1CE", "VPCs")
ADDRESSES = Quota("ec2", "L-0263D0A3", "Elastic IP addresses")
NAT_GATEWAYS = "L-FE5A380F"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
DATABASES = Quota("rds", "L-7B6409FD", "DB instances")
_ALIVE = ("pending", "available", "deleting")

Demands = Callable[[Clients, Settings], Iterator[Demand]]


def nat_zones(settings: Settings) -> tuple[str, ...]:
    """The zones that get a NAT gateway of their own."""
    zones = settings.availability_zones
    return {"per_az": zones, "single": zones[:1], "none": ()}[settings.network.nat_gateways]


def _vpcs(clients: Clients, settings: Settings) -> Iterator[Demand]:
    pages = clients.ec2.get_paginator("describe_vpcs").paginate()
    found = [lookups.tags_of(each) for page in pages for each in page["Vpcs"]]
    yield Demand(VPCS, 1, sum(not belongs(tags, settings) for tags in found))


def _addresses(clients: Clients, settings: Settings) -> Iterator[Demand]:
    found = [lookups.tags_of(each) for each in clients.ec2.describe_addresses()["Addresses"]]
    others = sum(not belongs(tags, settings) for tags in found)
    yield Demand(ADDRESSES, len(nat_zones(settings)), others)


def _nat_gateways(clients: Clients, settings: Settings) -> Iterator[Demand]:
    pages = clients.ec2.get_paginator("describe_subnets").paginate()
    zones = {
        each["SubnetId"]: each["AvailabilityZone"] for page in pages for each in page["Subnets"]
    }
    gateways = clients.ec2.get_paginator("describe_nat_gateways").paginate(
        Filters=[{"Name": "state", "Values": _ALIVE}]
    )
    others = [
        zones.get(each.get("SubnetId", ""))
        for page in gateways
        for each in page["NatGateways"]
        if not belongs(lookups.tags_of(each), settings)
    ]
    for zone in nat_zones(settings):
        quota = Quota("vpc", NAT_GATEWAYS, "NAT gateways", where=f" in {zone}")
        yield Demand(quota, 1, others.count(zone))


def _databases(clients: Clients, settings: Settings) -> Iterator[Demand]:
    """A blue/green update runs a second instance while it lasts."""
    pages = clients.rds.get_paginator("describe_db_instances").paginate()
    found = [
        {tag["Key"]: tag["Value"] for tag in each.get("TagList", [])}
        for page in pages
        for each in page["DBInstances"]
    ]
    count = len(identifiers(settings)) + settings.database.blue_green_updates
    yield Demand(DATABASES, count, sum(not belongs(tags, settings) for tags in found))


def _within(clients: Clients, settings: Settings, *, demands: Demands) -> Iterator[Claim]:
    for demand in demands(clients, settings):
        if demand.wanted:
            yield demand.claim(limit_of(clients, demand.quota), settings.region)


QUOTA_CHECKS: Mapping[str, Check] = {
    "network": partial(_within, demands=_vpcs),
    "addresses": partial(_within, demands=_addresses),
    "NAT": partial(_within, demands=_nat_gateways),
    "database": partial(_within, demands=_databases),
    "instances": partial(_within, demands=vcpu_demands),
}
