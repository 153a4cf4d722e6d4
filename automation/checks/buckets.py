"""Checks that every bucket has to pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from automation.checks import lookups
from automation.checks.claim import Check, Claim, covers, equal, only
from automation.checks.clients import Clients
from automation.checks.policies import denied_to_all, refuses_plain_http
from config import Settings

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


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
