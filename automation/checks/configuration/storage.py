"""Checks of the KMS keys, and of the buckets: for logs, of the storage tier, for states."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from automation.aws.clients import Clients
from automation.aws.states import STATE
from automation.checks import Check, Claim, Finding, covers, equal, lookups, only, run, same
from automation.checks.lookups import denied_to_all, refuses_plain_http, services_allowed
from config import Settings

PURPOSES = ("data", "backup", "storage", "logs", "alarms")
GLOBAL_PURPOSES = ("global-logs",)
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def check_security(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Every key is there under its alias, in use, ours, and rotates."""
    checks = {
        f"{purpose} key": partial(key, purpose=purpose) for purpose in (*PURPOSES, *GLOBAL_PURPOSES)
    }
    return run("security", clients, settings, checks)


def key(clients: Clients, settings: Settings, *, purpose: str) -> Iterator[Claim]:
    """Claims about the key behind a purpose's alias."""
    kms = (clients.in_us_east_1 if purpose in GLOBAL_PURPOSES else clients).kms
    alias = f"alias/{settings.naming.name(purpose)}"
    found = kms.describe_key(KeyId=alias)["KeyMetadata"]
    yield equal("state", found.get("KeyState"), "Enabled")
    yield equal("managed by", found.get("KeyManager"), "CUSTOMER")
    rotation = kms.get_key_rotation_status(KeyId=found["KeyId"])
    yield equal("rotates", rotation["KeyRotationEnabled"], True)


@dataclass(frozen=True)
class BucketChecks:
    """Checks of the bucket for a purpose; without `key` it encrypts with keys of S3."""

    purpose: str
    key: str | None

    def by_subject(self) -> dict[str, Check]:
        """The checks that hold for all buckets."""
        bucket = f"{self.purpose} bucket"
        return {
            f"{bucket} versions": self._versions,
            f"{bucket} encryption": self._encryption,
            f"{bucket} public access": self._public_access,
            f"{bucket} owner": self._owner,
            f"{bucket} policy": self._policy,
        }

    def logged(self, place: str = "logs/s3/{bucket}/") -> dict[str, Check]:
        """The check that all buckets pass but those for logs: they go to a purpose, a prefix."""
        check = partial(self._access_log, place=place)
        return {f"{self.purpose} bucket access log": check}

    def _versions(self, clients: Clients, settings: Settings) -> Iterator[Claim]:
        found = clients.s3.get_bucket_versioning(Bucket=self._name(settings))
        yield equal("state", found.get("Status"), "Enabled")

    def _encryption(self, clients: Clients, settings: Settings) -> Iterator[Claim]:
        answer = clients.s3.get_bucket_encryption(Bucket=self._name(settings))
        rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
        default = only(rules, "encryption rule")["ApplyServerSideEncryptionByDefault"]
        yield equal("algorithm", default["SSEAlgorithm"], "aws:kms" if self.key else "AES256")
        if self.key:
            found = lookups.key_behind(clients, default["KMSMasterKeyID"])
            yield equal("key", found, lookups.key_arn(clients, settings, self.key))

    def _public_access(self, clients: Clients, settings: Settings) -> Iterator[Claim]:
        answer = clients.s3.get_public_access_block(Bucket=self._name(settings))
        yield blocked(answer["PublicAccessBlockConfiguration"])

    def _owner(self, clients: Clients, settings: Settings) -> Iterator[Claim]:
        answer = clients.s3.get_bucket_ownership_controls(Bucket=self._name(settings))
        owners = [rule["ObjectOwnership"] for rule in answer["OwnershipControls"]["Rules"]]
        yield equal("of objects", owners, ["BucketOwnerEnforced"])

    def _policy(self, clients: Clients, settings: Settings) -> Iterator[Claim]:
        policy = clients.s3.get_bucket_policy(Bucket=self._name(settings))["Policy"]
        yield refuses_plain_http(policy)
        refused = denied_to_all(policy, "NumericLessThan", "s3:TlsVersion")
        yield equal("refuses TLS before", refused, ["1.2"])

    def _access_log(self, clients: Clients, settings: Settings, *, place: str) -> Iterator[Claim]:
        name = self._name(settings)
        purpose, _, prefix = place.format(bucket=name).partition("/")
        found = clients.s3.get_bucket_logging(Bucket=name).get("LoggingEnabled")
        actual = f"{found['TargetBucket']}/{found['TargetPrefix']}" if found else None
        yield equal("goes to", actual, f"{settings.naming.bucket(purpose)}/{prefix}")

    def _name(self, settings: Settings) -> str:
        return settings.naming.bucket(self.purpose)


def blocked(found: Any) -> Claim:
    """Claims that every way to make something public is closed."""
    return covers("is blocked by", {name for name in BLOCKS if found.get(name)}, BLOCKS)


ASSETS = "assets"
WRITERS = (
    "delivery.logs.amazonaws.com",
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "logging.s3.amazonaws.com",
)


def check_logs(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """A bucket that log delivery services may write to, which they can only with keys of S3."""
    checks: dict[str, Check] = {
        **BucketChecks("logs", key=None).by_subject(),
        **_lifecycle(settings, "logs"),
        "logs bucket deliveries": _deliveries,
    }
    return run("logs", clients, settings, checks)


def check_storage(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Private, versioned, encrypted buckets, and the application's own way to the assets."""
    checks: dict[str, Check] = {}
    for purpose in (ASSETS, "artifacts"):
        bucket = BucketChecks(purpose, key="storage")
        checks |= bucket.by_subject() | bucket.logged() | _lifecycle(settings, purpose)
    checks |= {
        "CloudFront's reads": _distribution_reads,
        "access point": _access_point,
        "access point policy": _access_point_policy,
    }
    return run("storage", clients, settings, checks)


def _lifecycle(settings: Settings, purpose: str) -> dict[str, Check]:
    days = settings.storage.noncurrent_version_days
    return {f"{purpose} bucket lifecycle": partial(replaced_versions, purpose=purpose, days=days)}


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


def _distribution_reads(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """CloudFront is told of a file that is not there, which is else a 403."""
    policy = clients.s3.get_bucket_policy(Bucket=settings.naming.bucket(ASSETS))["Policy"]
    actions = lookups.allowed_to(policy, "cloudfront.amazonaws.com")
    yield covers("may", actions, ("s3:GetObject", "s3:ListBucket"))


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
