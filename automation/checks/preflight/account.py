"""The account: whose credentials, which region and zones, what these offer, what names are free."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from automation.aws.clients import Clients
from automation.aws.states import STATE
from automation.bootstrap import outdated
from automation.checks import Check, Claim, covers, equal, holds, same, shown
from automation.checks.configuration.audit import AUDIT
from automation.checks.configuration.storage import ASSETS, BucketChecks
from config import Settings
from config.application import ORIGIN_SECRETS

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import OrderableDBInstanceOptionTypeDef

# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
_ENABLED = ("opt-in-not-required", "opted-in")


def _credentials(clients: Clients, settings: Settings) -> Iterator[Claim]:
    # Of us-east-1, which cannot be disabled: the region's own endpoint knows nobody until then.
    found = clients.in_us_east_1.sts.get_caller_identity()
    yield equal("account", found["Account"], settings.account_id).otherwise(
        "use that account's, or correct account_id"
    )


def _region(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.in_us_east_1.ec2.describe_regions(AllRegions=True)
    states = {each.get("RegionName"): each.get("OptInStatus") for each in answer["Regions"]}
    found = states.get(settings.region)
    enabled = found in _ENABLED
    yield holds(settings.region, enabled, found=found, expected="opted-in").otherwise(
        f"enable it: `aws account enable-region --region-name {settings.region}`"
    )


def _zones(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.ec2.describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}]
    )
    zones = [
        each.get("ZoneName")
        for each in answer["AvailabilityZones"]
        if each.get("State") == "available"
    ]
    yield covers("available", zones, settings.availability_zones).otherwise(
        "name zones that the account has in network.availability_zones"
    )


# Where CloudFront makes no interfaces, by the ids of zones, which every account names otherwise.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
NO_VPC_ORIGINS = frozenset({"apne1-az3", "cac1-az3", "use1-az3", "usw1-az2"})


def _vpc_origin(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """CloudFront reaches a private load balancer in every zone that it is in."""
    if "private" not in settings.load_balancers:
        return
    answer = clients.ec2.describe_availability_zones()
    ids = {each.get("ZoneName"): each.get("ZoneId") for each in answer["AvailabilityZones"]}
    lacking = [each for each in settings.zones_in_use if ids.get(each) in NO_VPC_ORIGINS]
    yield same("zones that CloudFront does not reach", lacking, []).otherwise(
        "name other zones in network.availability_zones, or leave the load balancer public"
    )


ACCOUNT_CHECKS: Mapping[str, Check] = {
    "credentials": _credentials,
    "region": _region,
    "zones": _zones,
    "VPC origin": _vpc_origin,
}


PURPOSES = ("logs", ASSETS, "artifacts", AUDIT)
# HeadBucket has no body, and so no error code but the status.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
_ABSENT, _FORBIDDEN = "404", "403"


def _region_of(clients: Clients, settings: Settings, name: str) -> str | None:
    """Where a bucket of the account is; None when there is none by that name.

    Raises `ClientError` when it is another account's.
    """
    try:
        found = clients.s3.head_bucket(Bucket=name, ExpectedBucketOwner=settings.account_id)
    except ClientError as error:
        if error.response["Error"]["Code"] == _ABSENT:
            return None
        raise
    return found.get("BucketRegion", settings.region)


def _taken(error: ClientError, what: str, remedy: str) -> Claim:
    if error.response["Error"]["Code"] != _FORBIDDEN:
        raise error
    detail = "another account has it, or the credentials may not see it"
    return Claim(what, ok=False, detail=detail, remedy=remedy)


def _free(clients: Clients, settings: Settings, *, purpose: str) -> Iterator[Claim]:
    name = settings.naming.bucket(purpose)
    try:
        region = _region_of(clients, settings, name)
    except ClientError as error:
        yield _taken(error, name, "choose another app_id, or let the credentials list the bucket")
        return
    if region is None:
        yield Claim(name, ok=True, detail="free")
        return
    elsewhere = f"it is in {region}: empty and delete it, or choose another app_id"
    yield equal(name, region, settings.region).otherwise(elsewhere)


def secrets(settings: Settings) -> list[str]:
    """What secrets the environment makes itself are for."""
    own = [] if settings.database.managed_password else ["database-master"]
    return [*own, *ORIGIN_SECRETS]


def _secrets(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """A deleted secret has its name until its recovery window is over.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
    """
    for name in map(settings.naming.name, secrets(settings)):
        try:
            found = clients.secretsmanager.describe_secret(SecretId=name)
        except clients.secretsmanager.exceptions.ResourceNotFoundException:
            yield Claim(name, ok=True, detail="free")
            continue
        end = found.get("DeletedDate")
        if end is None:
            yield Claim(name, ok=True, detail="of this environment")
            continue
        remedy = (
            "wait for the end of its recovery window, or have the name now: `aws secretsmanager "
            f"delete-secret --force-delete-without-recovery --secret-id {name} --region "
            f"{settings.region}`"
        )
        detail = f"deleted, and can be restored until {end:%Y-%m-%d}"
        yield Claim(name, ok=False, detail=detail, remedy=remedy)


def _state(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.bucket(STATE)
    bootstrap = f"run `python -m automation bootstrap --env {settings.environment}`"
    try:
        region = _region_of(clients, settings, name)
    except ClientError as error:
        yield _taken(error, name, "use the account that bootstrap was run in, or another app_id")
        return
    if region is None:
        yield Claim(name, ok=False, detail="there is none", remedy=bootstrap)
        return
    yield equal(name, region, settings.region).otherwise(f"empty and delete it, then {bootstrap}")
    boundary = settings.naming.boundary
    try:
        clients.iam.get_policy(PolicyArn=boundary)
        yield Claim("boundary of roles", ok=True, detail=boundary)
    except clients.iam.exceptions.NoSuchEntityException:
        yield Claim("boundary of roles", ok=False, detail="there is none", remedy=bootstrap)
    reason = outdated(clients.cloudformation, settings)
    yield Claim("rights of roles", ok=not reason, detail=reason or "current").otherwise(bootstrap)
    for subject, check in BucketChecks(STATE, key=STATE).by_subject().items():
        for claim in check(clients, settings):
            what = f"{subject.removeprefix(f'{STATE} bucket ')}: {claim.what}"
            yield Claim(what, claim.ok, claim.detail).otherwise(bootstrap)


STATE_CHECKS: Mapping[str, Check] = {"bucket": _state}
NAME_CHECKS: Mapping[str, Check] = {
    **{f"{purpose} bucket": partial(_free, purpose=purpose) for purpose in PURPOSES},
    "secrets": _secrets,
}


def _instances(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each zone has one of the types; where it lacks another, that is a warning."""
    types, zones = settings.application.instance_types, set(settings.zones_in_use)
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
    zones = set(settings.zones_in_use)
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


def _endpoints(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each service in every zone: elsewhere AWS refuses the endpoint.

    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    start = f"com.amazonaws.{settings.region}."
    zones = set(settings.zones_in_use)
    answer = clients.ec2.describe_vpc_endpoint_services(
        Filters=[{"Name": "service-type", "Values": ["Interface"]}]
    )
    offered = {
        each["ServiceName"]: set(each.get("AvailabilityZones", []))
        for each in answer["ServiceDetails"]
        if "ServiceName" in each
    }
    for service in settings.network.interface_endpoints:
        there = offered.get(f"{start}{service}", set())
        remedy = (
            f"take {service} out of network.interface_endpoints, or choose other zones in "
            f"network.availability_zones: it is offered in {shown(there)}"
        )
        yield covers(service, there, zones).otherwise(remedy)


OFFERING_CHECKS: Mapping[str, Check] = {
    "instance types": _instances,
    "database class": _database,
    "endpoints": _endpoints,
}
