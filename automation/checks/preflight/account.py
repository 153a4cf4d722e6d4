"""The account: whose credentials, which region, which zones."""

from collections.abc import Iterator, Mapping
from functools import partial

from botocore.exceptions import ClientError

from automation.aws.clients import Clients
from automation.aws.states import STATE
from automation.checks.check import Check, Claim, covers, equal, holds
from automation.checks.configuration.audit import AUDIT
from automation.checks.configuration.storage import ASSETS, BucketChecks
from config import Settings

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


ACCOUNT_CHECKS: Mapping[str, Check] = {
    "credentials": _credentials,
    "region": _region,
    "zones": _zones,
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
    for subject, check in BucketChecks(STATE, key=STATE).by_subject().items():
        for claim in check(clients, settings):
            what = f"{subject.removeprefix(f'{STATE} bucket ')}: {claim.what}"
            yield Claim(what, claim.ok, claim.detail).otherwise(bootstrap)


STATE_CHECKS: Mapping[str, Check] = {"bucket": _state}
NAME_CHECKS: Mapping[str, Check] = {
    f"{purpose} bucket": partial(_free, purpose=purpose) for purpose in PURPOSES
}
