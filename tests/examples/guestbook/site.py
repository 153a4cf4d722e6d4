"""The application in processes of its own, as an instance runs it."""

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from artifact import procfile
from automation import PROJECT
from automation.app.database import HOST, MariaDb, free_port
from automation.app.processes import shell
from automation.app.surroundings import environment as environment_of
from automation.app.surroundings import store_secret

FOLDER = PROJECT / "examples" / "guestbook"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Client:
    """Asks on a port of this machine what browsers ask."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://{HOST}:{self.port}"

    def request(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, given)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read().decode())
        finally:
            connection.close()

    def get(self, path: str = "/", **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def sign(self, name: str, message: str, **others: str) -> Answer:
        fields = {"submission": uuid4().hex, "name": name, "message": message, **others}
        return self.send(urlencode(fields), Origin=self.origin)

    def send(self, body: str | bytes, **headers: str) -> Answer:
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.request("POST", "/", body, **{**kind, **headers})


@dataclass(frozen=True)
class Site(Client):
    """The application's processes, by the first of them."""

    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def line(self, **fields: str) -> dict[str, Any]:
        """The first line of the log with these fields; it may be written after the answer."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in self.lines():
                if fields.items() <= line.items():
                    return line
            time.sleep(0.05)
        raise AssertionError(f"no line with {fields}:\n{self.log.read_text()}")

    def becomes(self, path: str, status: int, seconds: float = 20) -> bool:
        return self.first(path, status, seconds) is not None

    def first(self, path: str, status: int, seconds: float = 20) -> Answer | None:
        """The first answer with a status: the next may be another worker's."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = self.get(path)
            except OSError:
                pass
            else:
                if answer.status == status:
                    return answer
            time.sleep(0.05)
        return None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def running(environ: Mapping[str, str], log: Path, **changes: str) -> Iterator[Site]:
    port = free_port()
    command = shell(procfile.read(FOLDER)["web"])
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=FOLDER, env={**environ, "PORT": str(port), **changes}, stdout=output
        )
    site = Site(port, process, log)
    try:
        assert site.becomes("/healthz", 200), log.read_text()
        yield site
    finally:
        if process.poll() is None:
            site.stop()


def release(environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        shell(procfile.read(FOLDER)["release"]),
        cwd=FOLDER,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )


def environment(emulator: Any, database: MariaDb, **changes: str) -> dict[str, str]:
    """The contract's environment, with a secret of its own."""
    arn = store_secret(emulator, database.access, name=f"database-{uuid4().hex}")
    # What the sample depends on is installed for the tests, too.
    programs = (Path(sys.executable).parent,)
    common = environment_of(emulator, database.access, secret_arn=arn, port=1, programs=programs)
    return {**common, "PYTHONWARNINGS": "error", "WEB_CONCURRENCY": "2", **changes}
