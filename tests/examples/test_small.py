"""Each example without dependencies: packed, and started as an instance starts it."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tarfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from artifact import Runtime, pack, procfile
from automation.app.database import HOST, Access, free_port
from automation.app.processes import shell
from automation.app.surroundings import environment, store_secret
from automation.emulator import Emulator
from config import Settings, load, parse
from tests.processes import PROJECT

EXAMPLES = PROJECT / "examples"
NAMES = sorted(file.parent.name for file in EXAMPLES.glob("*/Procfile"))
SMALL = [name for name in NAMES if name in ("node", "python")]


def settings(name: str) -> Settings:
    """Those of the tests' production, with what the README says of an example."""
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL):
        application = tomllib.loads(block)["application"]
        if application["app"]["directory"] == f"examples/{name}":
            raw = load("prod").model_dump(mode="json", exclude_unset=True)
            raw.pop("environment")
            return parse({**raw, "application": application}, "prod", "README.md")
    raise AssertionError(f"examples/README.md has no settings for {name}")


@dataclass(frozen=True)
class Server:
    """A running example."""

    port: int
    process: subprocess.Popen[str]

    def ask(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                return self.ask("/healthz")[0] == 200
            except OSError:
                time.sleep(0.05)
        return False


def unpacked(name: str, folder: Path) -> Path:
    """What an instance finds in the release."""
    app = settings(name).application.app
    runtime = Runtime(packages=app.packages, architecture="arm64", region="us-west-2")
    release = pack(
        PROJECT / app.directory,
        runtime=runtime,
        static_directory=app.static_directory,
        workspace=folder,
    )
    assert release.file is not None
    with tarfile.open(release.file) as tar:
        # Python 3.11 has filters from 3.11.4 on.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder / "instance")  # noqa: S202
    return folder / "instance"


@contextmanager
def started(emulator: Emulator, folder: Path, database_port: int) -> Iterator[Server]:
    """The line `web` of a Procfile, with the environment that the platform promises."""
    access = Access(HOST, database_port, "app", "app", "secret", None)
    arn = store_secret(emulator, access, name=f"database-{uuid4().hex}")
    port = free_port()
    environ = environment(
        emulator, access, secret_arn=arn, port=port, programs=(Path(sys.executable).parent,)
    )
    process = subprocess.Popen(  # noqa: S603
        shell(procfile.read(folder)["web"]),
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        server = Server(port, process)
        assert server.answers()
        yield server
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_small_example_serves_until_it_is_told_to_end(
    name: str, emulator: Emulator, tmp_path: Path
) -> None:
    instance = unpacked(name, tmp_path)
    with socket.socket() as database:
        database.bind((HOST, 0))
        database.listen()
        with started(emulator, instance / "app", database.getsockname()[1]) as server:
            assert server.ask(settings(name).application.health_check.path) == (200, "alive\n")
            assert server.ask("/readyz") == (200, "ready\n")
            assert server.ask("/") == (200, "Hello from local\n")
            assert server.ask("/nowhere")[0] == 404
            database.close()
            assert server.ask("/readyz") == (503, "no database\n")
            assert server.ask("/healthz")[0] == 200
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(30) == 0
            assert server.process.stdout is not None
            lines = [json.loads(line) for line in server.process.stdout]
    assert {line["level"] for line in lines} == {"INFO"}
    assert lines[-1]["message"] == "ended"
    assert "*.css\ttext/css" in (instance / "static-types").read_text()
    assert not (instance / "wheels").exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_has_settings_for_each_example(name: str) -> None:
    app = settings(name).application.app
    assert procfile.read(PROJECT / app.directory)["web"]
    assert f"`{name}`" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
