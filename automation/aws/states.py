"""The remote states of an environment's stacks, read from their S3 bucket.

States may hold secrets: numbers, locks and digests of outputs are all that is kept of them.
https://developer.hashicorp.com/terraform/language/backend/s3
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from automation.aws import explain
from automation.errors import CommandError, UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


# What the bucket is for, by the name that `Naming` gives.
STATE = "tfstate"
_FILE = "terraform.tfstate"
_LOCK = ".tflock"
# The format of every Terraform since 0.12.
_VERSION = 4
_NO_BUCKET = {"404", "NoSuchBucket", "NotFound"}
_NOT_OURS = {"301", "403", "AccessDenied", "Forbidden", "PermanentRedirect"}
_NO_OBJECT = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
# A run depends on these few calls as much as on Terraform's, which retries 25 times.
_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True)
class RemoteState:
    """A stack's state; of its outputs only digests, as they may be secret."""

    lineage: str
    serial: int
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class Lock:
    """Who holds a state, and for what; `id` is what `terraform force-unlock` asks for."""

    id: str
    who: str
    operation: str
    since: str

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """As Terraform writes it."""
        names = ("ID", "Who", "Operation", "Created")
        return cls(*(str(content.get(name, "unknown")) for name in names))


@dataclass(frozen=True, kw_only=True)
class StateSummary:
    """A state in numbers."""

    resources: int
    serial: int
    terraform_version: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """A stack; one that was never applied has no state."""

    stack: str
    applied: StateSummary | None = None
    lock: Lock | None = None

    @property
    def resources(self) -> int:
        """How many resources it has in the account."""
        return self.applied.resources if self.applied else 0


class States:
    """The states of an environment's stacks, in the bucket that bootstrap makes.

    Every method raises `CommandError` when AWS does not tell.
    """

    def __init__(self, session: boto3.Session, settings: Settings) -> None:
        self._s3: S3Client = session.client("s3", config=_RETRIES)
        self._settings = settings
        self.bucket = settings.naming.bucket(STATE)
        self._prefix = f"{settings.naming.prefix}/"

    def check(self) -> None:
        """Raises `UserError` when the bucket does not exist, or is not the account's.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
        """
        account, name = self._settings.account_id, self._settings.environment
        try:
            self._s3.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=account)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _NO_BUCKET:
                raise UserError(
                    f"there is no state bucket {self.bucket}: "
                    f"run `python -m automation bootstrap --env {name}`"
                ) from error
            if code in _NOT_OURS:
                raise UserError(
                    f"the state bucket {self.bucket} is not one of account {account} in "
                    f"{self._settings.region}, or the credentials may not use it: "
                    f"run `python -m automation bootstrap --env {name} --status`"
                ) from error
            raise CommandError(explain(error)) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error

    def each(self, tiers: Sequence[str]) -> list[StackStatus]:
        """The stack of every tier that is named, then those that only have a state, by name."""
        keys = set(self._keys())
        ends = (f"/{_FILE}", f"/{_FILE}{_LOCK}")
        found = {key.split("/")[1] for key in keys if key.endswith(ends)}
        return [self._status(name, keys) for name in [*tiers, *sorted(found - set(tiers))]]

    def document(self, stack: str) -> dict[str, Any]:
        """A stack's whole state, secrets included: pick from it what is none, and let go."""
        return self._document(stack)[0]

    def read(self, key: str) -> RemoteState | None:
        """The state below a key; None when nothing was ever deployed there."""
        found = self._object(key)
        if found is None:
            return None
        content, _ = found
        outputs = content.get("outputs", {})
        digests = {name: digest(output.get("value")) for name, output in outputs.items()}
        return RemoteState(content["lineage"], content["serial"], digests)

    def lock(self, key: str) -> Lock | None:
        """Who holds the state below a key."""
        try:
            found = self._object(key + _LOCK)
        except ValueError:
            # Its holder did not get to write who it is.
            return Lock.of({})
        return None if found is None else Lock.of(found[0])

    def _status(self, stack: str, keys: set[str]) -> StackStatus:
        key = self._key(stack)
        return StackStatus(
            stack=stack,
            applied=self._summary(stack) if key in keys else None,
            # It may have been released since the keys were listed.
            lock=self.lock(key) if key + _LOCK in keys else None,
        )

    def _summary(self, stack: str) -> StateSummary:
        state, at = self._document(stack)
        return StateSummary(
            resources=count(state),
            serial=state["serial"],
            terraform_version=state["terraform_version"],
            at=at,
        )

    def _document(self, stack: str) -> tuple[dict[str, Any], datetime]:
        key = self._key(stack)
        try:
            found = self._object(key)
        except ValueError:
            found = None
        if found is None or not isinstance(found[0], dict) or found[0].get("version") != _VERSION:
            # Without a reason, which could quote the state.
            raise CommandError(f"s3://{self.bucket}/{key} is no Terraform state")
        return found

    def _object(self, key: str) -> tuple[dict[str, Any], datetime] | None:
        """What is below a key, and since when; raises `ValueError` when it is no JSON."""
        owner = self._settings.account_id
        try:
            answer = self._s3.get_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=owner)
            body = answer["Body"].read()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _NO_OBJECT:
                return None
            raise CommandError(explain(error)) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error
        return json.loads(body), answer["LastModified"]

    def _keys(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket,
            Prefix=self._prefix,
            ExpectedBucketOwner=self._settings.account_id,
        )
        for page in pages:
            yield from (each["Key"] for each in page.get("Contents", []) if "Key" in each)

    def _key(self, stack: str) -> str:
        return f"{self._prefix}{stack}/{_FILE}"


def gone(stacks: Sequence[StackStatus], tiers: Sequence[str]) -> list[str]:
    """Stacks that have resources, though no code makes them any more."""
    return [each.stack for each in stacks if each.resources and each.stack not in tiers]


def count(state: dict[str, Any]) -> int:
    """How many resources a state holds; data sources are none."""
    resources = [each for each in state["resources"] if each["mode"] == "managed"]
    return sum(len(each["instances"]) for each in resources)


def digest(value: object) -> str:
    """What tells whether a value is still the same."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
