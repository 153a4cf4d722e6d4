"""Checks of the storage tier."""

from collections.abc import Iterator
from functools import partial

from automation.checks import lookups
from automation.checks.buckets import BucketChecks, blocked
from automation.checks.claim import Check, Claim, covers, equal, run
from automation.checks.clients import Clients
from automation.checks.finding import Finding
from automation.checks.policies import refuses_plain_http, services_allowed
from config import Settings

ASSETS = "assets"
WRITERS = (
    "delivery.logs.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "logging.s3.amazonaws.com",
)


def check_storage(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Private, versioned, encrypted buckets, and the application's own way to the assets."""
    checks: dict[str, Check] = BucketChecks("logs", key=None).by_subject()
    for purpose in (ASSETS, "artifacts"):
        bucket = BucketChecks(purpose, key="storage")
        checks |= bucket.by_subject() | bucket.logged()
    days = settings.storage.noncurrent_version_days
    for purpose in ("logs", ASSETS, "artifacts"):
        lifecycle = partial(replaced_versions, purpose=purpose, days=days)
        checks[f"{purpose} bucket lifecycle"] = lifecycle
    checks |= {
        "logs bucket deliveries": _deliveries,
        "access point": _access_point,
        "access point policy": _access_point_policy,
    }
    return run("storage", clients, settings, checks)


def replaced_versions(
    clients: Clients, settings: Settings, *, purpose: str, days: int
) -> Iterator[Claim]:
    """Claims for how long replaced versions are kept."""
    name = settings.naming.bucket(purpose)
    answer = clients.s3.get_bucket_lifecycle_configuration(Bucket=name)
    found = [
        rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        for rule in answer["Rules"]
        if rule["Status"] == "Enabled" and "NoncurrentVersionExpiration" in rule
    ]
    yield equal("keeps replaced versions for days", found, [days])


def _deliveries(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each log delivery service may write."""
    name = settings.naming.bucket("logs")
    policy = clients.s3.get_bucket_policy(Bucket=name)["Policy"]
    yield covers("may be made by", services_allowed(policy), WRITERS)


def _access_point(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = clients.s3control.get_access_point(
        AccountId=settings.account_id, Name=settings.naming.name(ASSETS)
    )
    yield equal("bucket", found["Bucket"], settings.naming.bucket(ASSETS))
    yield equal("is open to", found["NetworkOrigin"], "VPC")
    network = found.get("VpcConfiguration", {}).get("VpcId")
    yield equal("network", network, lookups.vpc_id(clients, settings))
    yield blocked(found.get("PublicAccessBlockConfiguration", {}))


def _access_point_policy(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.s3control.get_access_point_policy(
        AccountId=settings.account_id, Name=settings.naming.name(ASSETS)
    )
    yield refuses_plain_http(answer["Policy"])
