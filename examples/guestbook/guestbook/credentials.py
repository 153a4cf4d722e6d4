"""The database's user and password, from Secrets Manager, as they change."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# A rotation makes the new password the database's before it makes it the current one: in between,
# only the pending version opens the database.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
_STAGES = ("AWSCURRENT", "AWSPENDING")
# However many connections are refused, the secret is asked for only so often.
_INTERVAL_SECONDS = 0.5


class CredentialsError(Exception):
    """The secret cannot be read now; the message is AWS's."""


@dataclass(frozen=True)
class Login:
    """A user of the database."""

    user: str
    password: str = field(repr=False)


class Credentials:
    """Knows the login that worked last, and where to find another."""

    def __init__(self, fetch: Callable[[str], Login | None]) -> None:
        self._fetch = fetch
        # What the database accepted last.
        self.accepted: Login | None = None
        self._read: dict[str, tuple[float, Login | None]] = {}

    async def candidates(self) -> AsyncIterator[Login]:
        """Every login that may be right, the likeliest first."""
        tried = self.accepted
        if tried is not None:
            yield tried
        for stage in _STAGES:
            login = await self._stage(stage)
            if login is not None and login != tried:
                yield login

    async def _stage(self, stage: str) -> Login | None:
        read_at, login = self._read.get(stage, (float("-inf"), None))
        if time.monotonic() - read_at > _INTERVAL_SECONDS:
            login = await asyncio.to_thread(self._fetch, stage)
            self._read[stage] = time.monotonic(), login
        return login


class SecretsManager:
    """Reads one secret; calling it blocks."""

    def __init__(self, *, secret_arn: str, region: str) -> None:
        self._secret_arn = secret_arn
        config = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 2})
        session = botocore.session.get_session()
        self._client: Any = session.create_client(
            "secretsmanager", region_name=region, config=config
        )

    def __call__(self, stage: str) -> Login | None:
        """The login of a stage, None when there is none; raises `CredentialsError`."""
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_arn, VersionStage=stage)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        except (BotoCoreError, ClientError) as error:
            raise CredentialsError(str(error)) from error
        try:
            secret = json.loads(answer["SecretString"])
            return Login(secret["username"], secret["password"])
        except (KeyError, TypeError, ValueError):
            # The cause is left out: it quotes the secret.
            fault = f"{self._secret_arn} ({stage}) is no JSON object with username and password"
            raise CredentialsError(fault) from None
