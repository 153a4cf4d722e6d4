"""The remote states of an environment's stacks, in their S3 bucket: read, and locked.

States may hold secrets: numbers, locks, outputs and their digests are all that is kept of them.
https://developer.hashicorp.com/terraform/language/backend/s3
"""

import getpass
import hashlib
import json
import socket
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
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
# A role of another prefix may not know which of the two it is.
_ANOTHER = (
    "If app_id or account_id was changed, that is another platform: destroy the old one first, "
    "as it was"
)
_NO_OBJECT = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
# Somebody was there before, or at the same time.
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
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

    @classmethod
    def ours(cls, operation: str) -> Self:
        """One of this process."""
        who = f"{getpass.getuser()}@{socket.gethostname()}"
        return cls(str(uuid.uuid4()), who, operation, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    def document(self, path: str) -> str:
        """As Terraform reads it, which takes it away by its ID."""
        names = {"ID": self.id, "Operation": self.operation, "Who": self.who, "Created": self.since}
        return json.dumps({**names, "Info": "", "Version": "", "Path": path})


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


@dataclass(frozen=True, kw_only=True)
class StackOutput:
    """An output of a stack, with its value."""

    stack: str
    name: str
    value: Any
    sensitive: bool

    def __str__(self) -> str:
        return f"{self.stack}.{self.name}"


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
                    f"run `python -m automation bootstrap --env {name}`. {_ANOTHER}"
                ) from error
            if code in _NOT_OURS:
                raise UserError(
                    f"the state bucket {self.bucket} is not one of account {account} in "
                    f"{self._settings.region}, or the credentials may not use it: "
                    f"run `python -m automation bootstrap --env {name} --status`. {_ANOTHER}"
                ) from error
            raise CommandError(explain(error)) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error

    def each(self, tiers: Sequence[str]) -> list[StackStatus]:
        """The stack of every tier that is named, then those that only have a state, by name."""
        keys = set(self._keys())
        found = _stacks(keys, f"/{_FILE}", f"/{_FILE}{_LOCK}")
        return [self._status(name, keys) for name in [*tiers, *sorted(found - set(tiers))]]

    def outputs(self) -> list[StackOutput]:
        """The outputs of every stack that has a state, by stack and name."""
        return [
            StackOutput(
                stack=stack,
                name=name,
                value=output.get("value"),
                sensitive=bool(output.get("sensitive")),
            )
            for stack in sorted(_stacks(self._keys(), f"/{_FILE}"))
            for name, output in sorted(self.document(stack).get("outputs", {}).items())
        ]

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

    @contextmanager
    def held(self, stack: str, operation: str) -> Iterator[None]:
        """Nobody else's Terraform writes the stack's state meanwhile, as none can lock it.

        Raises `CommandError` where somebody has the lock, or it cannot be given back.
        https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
        """
        ours = Lock.ours(operation)
        self._take(stack, ours)
        try:
            yield
        finally:
            self._give_back(stack, ours)

    def _take(self, stack: str, ours: Lock) -> None:
        key, naming = self._key(stack) + _LOCK, self._settings.naming
        try:
            self._s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=ours.document(f"{self.bucket}/{self._key(stack)}").encode(),
                ContentType="application/json",
                IfNoneMatch="*",
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=naming.arn("kms", f"alias/{naming.name(STATE)}"),
                ExpectedBucketOwner=self._settings.account_id,
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _TAKEN:
                raise CommandError(explain(error)) from error
            other = self.lock(self._key(stack)) or Lock.of({})
            raise CommandError(
                f"{other.who} holds the state of {stack} ({other.operation}) since {other.since}: "
                "wait until that has ended"
            ) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error

    def _give_back(self, stack: str, ours: Lock) -> None:
        found = self.lock(self._key(stack))
        if found is None or found.id != ours.id:
            return
        key, owner = self._key(stack) + _LOCK, self._settings.account_id
        try:
            self._s3.delete_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=owner)
        except (BotoCoreError, ClientError) as error:
            unlock = f"python -m automation deploy --unlock {stack}"
            raise CommandError(
                f"{explain(error)}: the state of {stack} is locked until `{unlock} "
                f"--env {self._settings.environment}`"
            ) from error

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


def _stacks(keys: Iterable[str], *ends: str) -> set[str]:
    """The stacks of which there is a key with one of the ends."""
    return {key.split("/")[1] for key in keys if key.endswith(ends)}


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
