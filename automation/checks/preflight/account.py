"""The account: whose credentials, which region, which zones."""

from collections.abc import Iterator, Mapping

from automation.checks.claim import Check, Claim, covers, equal, holds
from automation.checks.clients import Clients
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
