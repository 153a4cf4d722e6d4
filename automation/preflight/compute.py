"""vCPUs: those of the environment at its largest, and those that others use."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from automation.checks import lookups
from automation.checks.clients import Clients
from automation.preflight.demand import Demand, Quota, belongs
from automation.preflight.families import Family, bought, family_of
from config import Settings

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import InstanceTypeDef

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
