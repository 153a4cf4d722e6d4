"""Offerings: the zones have the chosen instance types and the chosen database."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks.check import Check, Claim, covers, shown
from config import Settings

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import OrderableDBInstanceOptionTypeDef


def _instances(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each zone has one of the types; where it lacks another, that is a warning."""
    types, zones = settings.application.instance_types, set(settings.availability_zones)
    pages = clients.ec2.get_paginator("describe_instance_type_offerings").paginate(
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": list(types)}],
    )
    offered: dict[str, set[str]] = {each: set() for each in types}
    for page in pages:
        for offering in page["InstanceTypeOfferings"]:
            if "InstanceType" in offering and "Location" in offering:
                offered[offering["InstanceType"]].add(offering["Location"])
    anywhere: set[str] = set().union(*offered.values())
    for each in types:
        yield _offered(each, offered[each], zones, enough=zones <= anywhere and len(types) > 1)


def _offered(name: str, offered: set[str], zones: set[str], *, enough: bool) -> Claim:
    missing = zones - offered
    remedy = (
        f"choose another type in application.instance_types, or other zones in "
        f"network.availability_zones: it is offered in {shown(offered)}"
    )
    if missing and enough:
        return Claim(name, ok=True, detail=f"not in {shown(missing)}", remedy=remedy)
    return covers(name, offered, zones).otherwise(remedy)


def _database(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """In as many zones as it needs; where others lack it, that is a warning."""
    wanted = settings.database
    name = f"{wanted.instance_class} with MySQL {wanted.engine_version}"
    offered = {
        zone["Name"]
        for option in _options(clients, settings)
        for zone in option.get("AvailabilityZones", [])
        if "Name" in zone
    }
    zones = set(settings.availability_zones)
    needed = 2 if wanted.multi_az else 1
    remedy = (
        f"choose another database.instance_class, or other zones in network.availability_zones: "
        f"it is offered in {shown(offered)}"
    )
    if needed <= len(zones & offered) < len(zones):
        yield Claim(name, ok=True, detail=f"not in {shown(zones - offered)}", remedy=remedy)
    else:
        yield covers(name, offered, zones).otherwise(remedy)


def _options(clients: Clients, settings: Settings) -> "Iterator[OrderableDBInstanceOptionTypeDef]":
    """Ways to order the class: with gp3 storage, in a VPC, for the version or one of its line."""
    wanted = settings.database
    pages = clients.rds.get_paginator("describe_orderable_db_instance_options").paginate(
        Engine="mysql", DBInstanceClass=wanted.instance_class, Vpc=True
    )
    for page in pages:
        for option in page["OrderableDBInstanceOptions"]:
            version = f"{option.get('EngineVersion')}."
            able = option.get("MultiAZCapable") or not wanted.multi_az
            in_line = version.startswith(f"{wanted.engine_version}.")
            if able and in_line and option.get("StorageType") == "gp3":
                yield option


OFFERING_CHECKS: Mapping[str, Check] = {
    "instance types": _instances,
    "database class": _database,
}
