"""Quotas: what the environment needs, beside what others use, is within what the account may have.

What this environment has already is part of what it needs, so it does not count as used.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, lookups
from automation.checks.configuration.database import identifiers
from config import Settings
from config.application import Purchase

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import InstanceTypeDef


@dataclass(frozen=True)
class Quota:
    """One of the quotas of Service Quotas; `where` tells those of several zones apart."""

    service: str
    code: str
    name: str
    where: str = ""


@dataclass(frozen=True)
class Demand:
    """How much an environment needs, beside what others in the account and region use."""

    quota: Quota
    wanted: int
    others: int

    def claim(self, limit: float, region: str) -> Claim:
        """Claims that both together stay within the limit."""
        needed = self.wanted + self.others
        detail = f"{self.wanted} needed, {self.others} used by others, the quota is {limit:g}"
        claim = Claim(f"{self.quota.name}{self.quota.where}", needed <= limit, detail)
        return claim.otherwise(
            f"ask AWS for {needed}: `aws service-quotas request-service-quota-increase "
            f"--service-code {self.quota.service} --quota-code {self.quota.code} "
            f"--desired-value {needed} --region {region}`"
        )


def limit_of(clients: Clients, quota: Quota) -> float:
    """What holds for the account, or AWS's default where that is all that there is.

    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    quotas = clients.service_quotas
    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        return quotas.get_service_quota(**asked)["Quota"]["Value"]
    except quotas.exceptions.NoSuchResourceException:
        return quotas.get_aws_default_service_quota(**asked)["Quota"]["Value"]


def belongs(tags: Mapping[str, str], settings: Settings) -> bool:
    """Whether tags are those of something that this environment deployed."""
    names = ("Environment", "Application", "ManagedBy")
    return all(tags.get(name) == settings.required_tags[name] for name in names)


@dataclass(frozen=True)
class Family:
    """Instance types that share a quota of vCPUs for each way to buy them."""

    name: str
    prefixes: tuple[str, ...]
    on_demand_code: str
    spot_code: str


# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
STANDARD = ("a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z")
FAMILIES = (
    Family("Standard", STANDARD, "L-1216C47A", "L-34B43A08"),
    Family("G and VT", ("g", "gr", "vt"), "L-DB2E81BA", "L-3819A6DF"),
    Family("X", ("x",), "L-7295265B", "L-E3A00192"),
    Family("P", ("p",), "L-417A185B", "L-7212CCBC"),
    Family("F", ("f",), "L-74FC7D96", "L-88CF9481"),
    Family("Inf", ("inf",), "L-1945791B", "L-B5D1601B"),
)


def family_of(instance_type: str) -> Family | None:
    """The family that a type such as m7g.large belongs to; None for a rare one."""
    letters = re.match("[a-z]*", instance_type)
    prefix = letters[0] if letters else ""
    return next((family for family in FAMILIES if prefix in family.prefixes), None)


def bought(purchase: Purchase, instances: int) -> tuple[int, int]:
    """How many of some instances are on demand, and how many are Spot.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
    """
    base = min(purchase.on_demand_base, instances)
    above = instances - base
    # The share is rounded up, in favour of on-demand instances.
    on_demand = base - (-above * purchase.on_demand_percent // 100)
    return on_demand, instances - on_demand


# What runs or starts counts.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
_COUNTED = ("pending", "running")


def vcpu_demands(clients: Clients, settings: Settings) -> Iterator[Demand]:
    """What each family of the instance types needs, on demand and Spot."""
    wanted = settings.application.instance_types
    running = list(_others(clients, settings))
    vcpus = _vcpus(clients, {*wanted, *(each["InstanceType"] for each in running)})
    used = _used(running, vcpus)
    on_demand, spot = bought(settings.application.purchase, peak(settings))
    for family in {family for each in wanted if (family := family_of(each))}:
        # Each instance may be of the largest type.
        largest = max(vcpus.get(each, 0) for each in wanted if family_of(each) == family)
        for code, kind, count in (
            (family.on_demand_code, "on-demand", on_demand),
            (family.spot_code, "Spot", spot),
        ):
            if count:
                quota = Quota("ec2", code, f"{family.name} {kind} vCPUs")
                yield Demand(quota, count * largest, used[family, kind])


def peak(settings: Settings) -> int:
    """The most instances that the group may ever have."""
    application = settings.application
    return max(application.capacity.max_size, *(each.max_size for each in application.schedules), 0)


def _others(clients: Clients, settings: Settings) -> "Iterator[InstanceTypeDef]":
    pages = clients.ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-state-name", "Values": _COUNTED}]
    )
    for page in pages:
        for reservation in page["Reservations"]:
            for instance in reservation.get("Instances", []):
                if not belongs(lookups.tags_of(instance), settings):
                    yield instance


def _used(
    running: "Iterable[InstanceTypeDef]", vcpus: Mapping[str, int]
) -> Counter[tuple[Family, str]]:
    used: Counter[tuple[Family, str]] = Counter()
    for each in running:
        family = family_of(each["InstanceType"])
        kind = "Spot" if each.get("InstanceLifecycle") == "spot" else "on-demand"
        if family:
            used[family, kind] += vcpus.get(each["InstanceType"], 0)
    return used


def _vcpus(clients: Clients, types: Iterable[str]) -> dict[str, int]:
    """By type; one that the region does not have is left out."""
    pages = clients.ec2.get_paginator("describe_instance_types").paginate(
        Filters=[{"Name": "instance-type", "Values": sorted(types)}]
    )
    return {
        each["InstanceType"]: each["VCpuInfo"]["DefaultVCpus"]
        for page in pages
        for each in page["InstanceTypes"]
    }


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
