"""Checks of the remote state of every stack."""

from collections.abc import Iterator, Sequence
from functools import partial

from automation.aws.clients import Clients
from automation.checks import lookups
from automation.checks.check import Check, Claim, Finding, covers, equal, run, same
from automation.checks.configuration.security import key
from automation.checks.configuration.storage import BucketChecks
from config import Settings

STATE = "tfstate"
_LOCK = ".tflock"
# Where the bootstrap stack has the bucket's access log written.
_ACCESS_LOG = "tfstate-logs/s3/"


def check_state(clients: Clients, settings: Settings, tiers: Sequence[str]) -> Iterator[Finding]:
    """Every state is where it belongs, encrypted, who reads it is logged, and no lock is left."""
    bucket = BucketChecks(STATE, key=STATE)
    checks: dict[str, Check] = bucket.by_subject() | bucket.logged(_ACCESS_LOG)
    checks[f"{STATE} key"] = partial(key, purpose=STATE)
    for tier in tiers:
        checks[f"state of {tier}"] = partial(_object, tier=tier)
    checks["locks"] = partial(_locks, tiers=tiers)
    return run("state", clients, settings, checks)


def _object(clients: Clients, settings: Settings, *, tier: str) -> Iterator[Claim]:
    found = clients.s3.head_object(
        Bucket=settings.naming.bucket(STATE),
        Key=f"{settings.naming.prefix}/{tier}/terraform.tfstate",
    )
    yield equal("encryption", found.get("ServerSideEncryption"), "aws:kms")
    by = lookups.key_behind(clients, found["SSEKMSKeyId"])
    yield equal("key", by, lookups.key_arn(clients, settings, STATE))


def _locks(clients: Clients, settings: Settings, *, tiers: Sequence[str]) -> Iterator[Claim]:
    pages = clients.s3.get_paginator("list_objects_v2").paginate(
        Bucket=settings.naming.bucket(STATE), Prefix=f"{settings.naming.prefix}/"
    )
    keys = [each["Key"] for page in pages for each in page.get("Contents", []) if "Key" in each]
    yield same("left behind", [key for key in keys if key.endswith(_LOCK)], [])
    # The bucket keeps every version, of locks too: one that was released is a deleted object.
    versions = clients.s3.get_paginator("list_object_versions").paginate(
        Bucket=settings.naming.bucket(STATE), Prefix=f"{settings.naming.prefix}/"
    )
    released = {
        marker["Key"]
        for page in versions
        for marker in page.get("DeleteMarkers", [])
        if "Key" in marker and marker["Key"].endswith(_LOCK)
    }
    expected = {f"{settings.naming.prefix}/{tier}/terraform.tfstate{_LOCK}" for tier in tiers}
    # Of a tier that is gone the bucket still knows.
    yield covers("taken and released", sorted(released), sorted(expected))
