"""The remote states: whether they are there, and what stacks read of each other's."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from automation.aws import explain
from automation.errors import CommandError
from automation.state_bucket import check_state_bucket
from config import Settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_LOCK = ".tflock"
_ABSENT = {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
# The run depends on these few calls as much as on Terraform's, which retries 25 times.
_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 10})


@dataclass(frozen=True)
class State:
    """A stack's state; of its outputs only digests, as they may be secret."""

    lineage: str
    serial: int
    outputs: Mapping[str, str]


class States:
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

    def read(self, key: str) -> State | None:
        """The state below a key; None when nothing was ever deployed there."""
        content = self._read(key)
        if content is None:
            return None
        outputs = content.get("outputs", {})
        digests = {name: digest(output.get("value")) for name, output in outputs.items()}
        return State(content["lineage"], content["serial"], digests)

    def lock(self, key: str) -> dict[str, str] | None:
        """Who holds a state's lock: `ID`, `Who`, `Created` and `Operation`."""
        return self._read(key + _LOCK)

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            content: dict[str, Any] = json.loads(body.read())
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                return None
            raise CommandError(explain(error)) from error
        except BotoCoreError as error:
            raise CommandError(explain(error)) from error
        return content


def digest(value: object) -> str:
    """What tells whether a value is still the same."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
