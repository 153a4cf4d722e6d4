import json
import secrets
import time
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.local_app.mariadb import MariaDb
from tests.app.load import Load, load
from tests.app.site import Site

pytestmark = pytest.mark.slow


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


@pytest.fixture
def rotation(emulator: Emulator, database: MariaDb, environ: dict[str, str]) -> Rotation:
    return Rotation(emulator, database, environ["DB_SECRET_ARN"])


def lost_nothing(seen: Load, database: MariaDb) -> None:
    assert seen.losses == []
    assert seen.answers >= 80
    texts = database.administer("SELECT message FROM guestbook.messages").splitlines()
    kept = [text for text in texts if text in set(seen.stored)]
    assert sorted(kept) == sorted(seen.stored)


def test_a_rotation_loses_no_request(site: Site, database: MariaDb, rotation: Rotation) -> None:
    with load(site) as seen:
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
    lost_nothing(seen, database)


def test_a_password_that_is_stored_only_after_it_was_changed_loses_no_request(
    site: Site, database: MariaDb, rotation: Rotation
) -> None:
    with load(site) as seen:
        seen.goes_on()
        rotation.set_secret()
        time.sleep(2)
        rotation.create_secret("AWSCURRENT")
        seen.goes_on()
    lost_nothing(seen, database)
    told = [line for line in site.lines() if "Access denied" in line["message"]]
    assert 1 <= len(told) < 20
