"""The remote states of an environment's stacks, read from their S3 bucket.

States may hold secrets: numbers, locks and digests of outputs are all that is kept of them.
https://developer.hashicorp.com/terraform/language/backend/s3
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from automation.aws.clients import Clients
from automation.aws.session import explain
from automation.errors import CommandError, UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


_NO_BUCKET = {"404", "NoSuchBucket", "NotFound"}
_NOT_OURS = {"301", "403", "AccessDenied", "Forbidden", "PermanentRedirect"}


def check_state_bucket(client: "S3Client", settings: Settings) -> None:
    """Raises `UserError` when it does not exist, or is not the account's.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    bucket, account = settings.naming.bucket("tfstate"), settings.account_id
    name = settings.environment
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _NO_BUCKET:
            raise UserError(
                f"there is no state bucket {bucket}: "
                f"run `python -m automation bootstrap --env {name}`"
            ) from error
        if code in _NOT_OURS:
            raise UserError(
                f"the state bucket {bucket} is not one of account {account} in "
                f"{settings.region}, or the credentials may not use it: "
                f"run `python -m automation bootstrap --env {name} --status`"
            ) from error
        raise


# What the bucket is for, by the name that `Naming` gives.
STATE = "tfstate"
_FILE = "terraform.tfstate"
_LOCK = f"{_FILE}.tflock"
# The format of every Terraform since 0.12.
_VERSION = 4


@dataclass(frozen=True)
class Lock:
    """Who holds a state, and for what; `id` is what `terraform force-unlock` asks for."""

    id: str
    who: str
    operation: str
    since: str


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
    """The states of an environment's stacks."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._s3: S3Client = clients.s3
        self._settings = settings
        self.bucket = settings.naming.bucket(STATE)
        self._prefix = f"{settings.naming.prefix}/"
        self._owner = settings.account_id

    def check_bucket(self) -> None:
        """Raises `UserError` when the bucket is not there, or is not the account's."""
        check_state_bucket(self._s3, self._settings)

    def each(self, tiers: Sequence[str]) -> list[StackStatus]:
        """The stack of every tier that is named, then those that only have a state, by name."""
        keys = set(self._keys())
        found = {key.split("/")[1] for key in keys if key.endswith((f"/{_FILE}", f"/{_LOCK}"))}
        names = [*tiers, *sorted(found - set(tiers))]
        return [self._status(name, keys) for name in names]

    def document(self, stack: str) -> dict[str, Any]:
        """A stack's whole state, secrets included: pick from it what is none, and let go."""
        return self._read(stack)[0]

    def _status(self, stack: str, keys: set[str]) -> StackStatus:
        locked = self._key(stack, _LOCK) in keys
        return StackStatus(
            stack=stack,
            applied=self._applied(stack) if self._key(stack, _FILE) in keys else None,
            lock=self._lock(stack) if locked else None,
        )

    def _applied(self, stack: str) -> StateSummary:
        state, at = self._read(stack)
        return StateSummary(
            resources=count(state),
            serial=state["serial"],
            terraform_version=state["terraform_version"],
            at=at,
        )

    def _read(self, stack: str) -> tuple[dict[str, Any], datetime]:
        key = self._key(stack, _FILE)
        answer = self._s3.get_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self._owner)
        try:
            state = json.load(answer["Body"])
        except ValueError:
            state = None
        if not isinstance(state, dict) or state.get("version") != _VERSION:
            # Without a reason, which could quote the state.
            raise CommandError(f"s3://{self.bucket}/{key} is no Terraform state")
        return state, answer["LastModified"]

    def _lock(self, stack: str) -> Lock | None:
        key = self._key(stack, _LOCK)
        try:
            answer = self._s3.get_object(
                Bucket=self.bucket, Key=key, ExpectedBucketOwner=self._owner
            )
        except self._s3.exceptions.NoSuchKey:
            # It was released since the keys were listed.
            return None
        try:
            lock = json.load(answer["Body"])
        except ValueError:
            lock = {}
        names = ("ID", "Who", "Operation", "Created")
        return Lock(*(str(lock.get(name, "unknown")) for name in names))

    def _keys(self) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self._prefix, ExpectedBucketOwner=self._owner
        )
        for page in pages:
            yield from (each["Key"] for each in page.get("Contents", []) if "Key" in each)

    def _key(self, stack: str, file: str) -> str:
        return f"{self._prefix}{stack}/{file}"


def gone(stacks: Sequence[StackStatus], tiers: Sequence[str]) -> list[str]:
    """Stacks that have resources, though no code makes them any more."""
    return [each.stack for each in stacks if each.resources and each.stack not in tiers]


def count(state: dict[str, Any]) -> int:
    """How many resources a state holds; data sources are none."""
    resources = [each for each in state["resources"] if each["mode"] == "managed"]
    return sum(len(each["instances"]) for each in resources)


_LOCK_SUFFIX = ".tflock"
_NO_STATE = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
# The run depends on these few calls as much as on Terraform's, which retries 25 times.
_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True)
class RemoteState:
    """A stack's state; of its outputs only digests, as they may be secret."""

    lineage: str
    serial: int
    outputs: Mapping[str, str]


class DeployedStates:
    """The environment's state bucket."""

    def __init__(self, session: boto3.Session, settings: Settings) -> None:
        self._client: S3Client = session.client("s3", config=_RETRIES)
        self._settings = settings
        self._bucket = settings.naming.bucket("tfstate")

    def check(self) -> None:
        """Raises `UserError` when the bucket does not exist, or is not the account's."""
        try:
            check_state_bucket(self._client, self._settings)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(explain(error)) from error

    def read(self, key: str) -> RemoteState | None:
        """The state below a key; None when nothing was ever deployed there."""
        content = self._read(key)
        if content is None:
            return None
        outputs = content.get("outputs", {})
        digests = {name: digest(output.get("value")) for name, output in outputs.items()}
        return RemoteState(content["lineage"], content["serial"], digests)

    def lock(self, key: str) -> dict[str, str] | None:
        """Who holds a state's lock: `ID`, `Who`, `Created` and `Operation`."""
        return self._read(key + _LOCK_SUFFIX)

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            content: dict[str, Any] = json.loads(body.read())
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _NO_STATE:
                return None
            raise CommandError(explain(error)) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error
        return content


def digest(value: object) -> str:
    """What tells whether a value is still the same."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
