"""A restore drill of the sample's database: what a visitor has written is there again, in figures.

The emulated account plays AWS. Of the database, the backup is a copy of the server's files, as a
snapshot of RDS is one of its volume; a second server starts from it, and is asked by the very line
that an instance is told to run.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.app.database import MariaDb
from automation.checks.configuration import database as databases
from automation.emulator import Emulator
from automation.restore.copy import command
from config.restore import RestoreCheck
from tests.automation.restore.platform import Platform, Time, settings_with
from tests.examples.guestbook.site import Site

CHECKS = (
    RestoreCheck(name="messages", sql="SELECT COUNT(*) FROM messages", expect="= 1"),
    RestoreCheck(
        name="first", sql="SELECT message FROM messages ORDER BY id LIMIT 1", expect="= Hi"
    ),
    RestoreCheck(
        name="age",
        sql="SELECT TIMESTAMPDIFF(HOUR, MAX(written_at), UTC_TIMESTAMP()) FROM messages",
        expect="< 24",
    ),
)
# What a restore of RDS takes, a new password, and its answers.
RESTORE_SECONDS, PASSWORD_SECONDS, ASKING_SECONDS = 1440, 100, 60


class Instance:
    """The instance that is to ask, on this machine; its copy of the database is a server here."""

    def __init__(self, platform: Platform, time: Time, files: Path, folder: Path) -> None:
        self._platform = platform
        self._time = time
        self._files = files
        self._folder = folder
        self.asked = ""

    def __call__(self, _: str, job: Mapping[str, Any]) -> str:
        self._time.pass_by(ASKING_SECONDS)
        self._folder.mkdir()
        shutil.copytree(self._files, self._folder / "data")
        with MariaDb(self._folder, name="guestbook") as restored:
            login = self._login(job["secret"])
            # RDS has given the master user this password.
            restored.administer(
                f"CREATE USER {login['username']} IDENTIFIED BY '{login['password']}' REQUIRE SSL;"
                f"GRANT ALL ON guestbook.* TO {login['username']};"
            )
            way = {"host": restored.access.host, "port": restored.access.port}
            return self._run(command({**job, **way, "authorities": str(restored.access.tls_ca)}))

    def _login(self, secret: str) -> dict[str, str]:
        value = self._platform.clients.secretsmanager.get_secret_value(SecretId=secret)
        login: dict[str, str] = json.loads(value["SecretString"])
        return login

    def _run(self, line: str) -> str:
        """With an `aws` that gives what Secrets Manager would give the instance's role."""
        self.asked = line
        (secret,) = self._platform.clients.secretsmanager.list_secrets(
            Filters=[{"Key": "name", "Values": [self._platform.name("drill-")]}]
        )["SecretList"]
        aws, answer = self._folder / "aws", self._folder / "secret.json"
        answer.write_text(json.dumps(self._login(secret["ARN"])))
        aws.write_text(
            f'#!/bin/sh\n[ "$*" = "{READING.format(arn=secret["ARN"])}" ] && cat {answer}\n'
        )
        aws.chmod(0o755)
        environ = {**os.environ, "PATH": f"{self._folder}{os.pathsep}{os.environ['PATH']}"}
        finished = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", line], env=environ, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout


READING = (
    "secretsmanager get-secret-value --region us-west-2 --secret-id {arn} "
    "--query SecretString --output text"
)


@pytest.fixture(scope="module")
def platform(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    settings = settings_with(90, *CHECKS, database_name="guestbook")
    found = Platform(emulator, settings, tmp_path_factory.mktemp("platform"))
    found.deploy()
    yield found
    found.forget()


def backed_up(database: MariaDb, folder: Path) -> Path:
    """The server's files as they are at this time."""
    files = folder / "snapshot"
    database.stop()
    shutil.copytree(database.log.parent / "data", files)
    database.start()
    return files


def test_a_drill_finds_what_was_written_before_the_backup_and_tells_its_figures(
    platform: Platform,
    database: MariaDb,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert site.sign("Ada", "Hi").status == 303
    files, taken = backed_up(database, tmp_path), platform.back_up()
    assert site.first("/readyz", 200) is not None
    assert site.sign("Ada", "This is lost").status == 303
    time = Time(taken + timedelta(hours=2))
    slow(monkeypatch, time)
    instance = Instance(platform, time, files, tmp_path / "restored")
    assert platform.restore(monkeypatch, time, instance, drill=True) == 0
    *checks, restored, rpo, rto, end = platform.consoles.lines
    assert checks == ["ok messages: 1", "ok first: Hi", "ok age: 0"]
    assert restored.startswith("restored: recovery point awsbackup:job-")
    assert rpo == "RPO: 2 h 0 min, which is how old the restored data was"
    whole = "from the start until the checks had passed, of which the restore took 24 min 0 s"
    assert (rto, end) == (f"RTO: 26 min 40 s {whole}", "dev: the restore drill passed")
    kept = platform.kept()
    assert (kept["rpo_seconds"], kept["rto_seconds"]) == (
        7200,
        RESTORE_SECONDS + PASSWORD_SECONDS + ASKING_SECONDS,
    )
    assert platform.copies() == []
    password = json.loads((tmp_path / "restored" / "secret.json").read_text())["password"]
    assert password not in instance.asked


def slow(monkeypatch: pytest.MonkeyPatch, time: Time) -> None:
    """Have the restore take its time: one pause as long as all of it."""
    find, states = databases.find, ["creating"]

    def found(clients: Any, name: str) -> Any:
        answer = find(clients, name)
        if "-drill-" not in name or not states:
            return answer
        # The pause after it has its own seconds.
        time.pass_by(RESTORE_SECONDS - time.clock.every)
        return {**answer, "DBInstanceStatus": states.pop()}

    monkeypatch.setattr(databases, "find", found)


def test_a_drill_fails_where_the_backup_lacks_what_it_should_have(
    platform: Platform,
    database: MariaDb,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same database after somebody has emptied it."""
    assert site.first("/readyz", 200) is not None
    database.administer("DELETE FROM guestbook.messages")
    files, taken = backed_up(database, tmp_path), platform.back_up()
    time = Time(taken + timedelta(hours=1))
    instance = Instance(platform, time, files, tmp_path / "restored")
    assert platform.restore(monkeypatch, time, instance, drill=True) == 1
    lines = platform.consoles.lines
    assert lines[:3] == [
        "failed messages: 0, expected = 1",
        "failed first: no row, expected one row of one column",
        "failed age: NULL, expected < 24",
    ]
    assert platform.kept()["failed"] == ["messages", "first", "age"]
