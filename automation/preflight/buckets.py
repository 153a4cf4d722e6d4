"""Buckets: the one for Terraform's state is there, and nobody else has the names of the others."""

from collections.abc import Iterator, Mapping
from functools import partial

from botocore.exceptions import ClientError

from automation.checks.audit import AUDIT
from automation.checks.buckets import BucketChecks
from automation.checks.claim import Check, Claim, equal
from automation.checks.clients import Clients
from automation.checks.state import STATE
from automation.checks.storage import ASSETS
from config import Settings

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
