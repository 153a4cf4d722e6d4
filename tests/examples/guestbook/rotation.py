"""Rotations of the database's password, and what visitors may notice of them: nothing."""

import json
import secrets
from typing import Any

from automation.app.database import MariaDb
from automation.emulator import Emulator
from tests.examples.guestbook.load import Load, load
from tests.examples.guestbook.site import Client


class Rotation:
    """The steps of a rotation by Secrets Manager, one at a time.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """

    def __init__(self, emulator: Emulator, database: MariaDb, secret_arn: str) -> None:
        self._client: Any = emulator.client("secretsmanager")
        self._database = database
        self._secret_arn = secret_arn
        self._password = secrets.token_urlsafe(16)

    def create_secret(self, *stages: str) -> None:
        login = {"username": self._database.access.user, "password": self._password}
        self._client.put_secret_value(
            SecretId=self._secret_arn, SecretString=json.dumps(login), VersionStages=list(stages)
        )

    def set_secret(self) -> None:
        user = self._database.access.user
        self._database.administer(f"ALTER USER {user}@'%' IDENTIFIED BY '{self._password}'")
        self.end_connections()

    def end_connections(self) -> None:
        """So that every one has to log in again."""
        self._database.administer(f"KILL USER {self._database.access.user}")

    def finish_secret(self) -> None:
        versions = self._client.describe_secret(SecretId=self._secret_arn)["VersionIdsToStages"]
        [old] = [id_ for id_, stages in versions.items() if "AWSCURRENT" in stages]
        [new] = [id_ for id_, stages in versions.items() if "AWSPENDING" in stages]
        self._client.update_secret_version_stage(
            SecretId=self._secret_arn,
            VersionStage="AWSCURRENT",
            MoveToVersionId=new,
            RemoveFromVersionId=old,
        )
        self._client.update_secret_version_stage(
            SecretId=self._secret_arn, VersionStage="AWSPENDING", RemoveFromVersionId=new
        )


def rotate_under_load(client: Client, rotation: Rotation) -> Load:
    """Every step, with all connections ended after each that could keep one from logging in."""
    with load(client) as seen:
        seen.goes_on()
        rotation.create_secret("AWSPENDING")
        seen.goes_on()
        rotation.set_secret()
        seen.goes_on()
        rotation.end_connections()
        seen.goes_on()
        rotation.finish_secret()
        seen.goes_on()
        rotation.end_connections()
        seen.goes_on()
    return seen


def lost_nothing(seen: Load, database: MariaDb) -> None:
    assert seen.losses == []
    assert seen.answers >= 80
    statements = (f"USE {database.access.name};", "SELECT message FROM messages;")
    texts = database.administer("\n".join(statements)).splitlines()
    kept = [text for text in texts if text in set(seen.stored)]
    assert sorted(kept) == sorted(seen.stored)
