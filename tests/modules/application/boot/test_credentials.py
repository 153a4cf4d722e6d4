"""What hands out credentials, asked as SDKs ask it, with an STS that answers as a test says."""

import ast
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.credentials import ContainerProvider

from modules.application import user_data

SCRIPT = Path(user_data.__file__).parent / "boot/hand-out-credentials"
# In the place of the AWS CLI: writes down what it is asked, and answers with a file.
AWS = """#!/bin/sh
echo "$*" >>{folder}/aws.log
sleep "$(cat {folder}/seconds)"
cat {folder}/answer || {{ echo >&2; echo "Could not connect to the endpoint" >&2; exit 255; }}
"""


@dataclass
class Server:
    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        folder = self.folder / "run"
        folder.mkdir(exist_ok=True)
        script = SCRIPT.read_text(encoding="utf-8")
        for old, new in (
            ("18082", str(self.port)),
            ("/var/lib/cloud/data", str(self.folder)),
            ("time() + 5", "time() + 0.3"),
        ):
            assert old in script
            script = script.replace(old, new)
        program = self.folder / "hand-out-credentials"
        program.write_text(script, encoding="utf-8")
        program.chmod(0o755)
        with (self.folder / "credentials.log").open("a") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(program), "arn:aws:iam::123456789012:role/prod-349081-"],
                cwd=folder,
                env={"PATH": f"{self.folder}:{os.defpath}"},
                stdout=log,
                start_new_session=True,
            )
        assert self.process.wait(20) == 0

    def stop(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGTERM)

    def answers(self, key: str, *, seconds: float, takes: float = 0) -> None:
        """What STS says from now on, and for how long that is valid."""
        expires = datetime.now(UTC) + timedelta(seconds=seconds)
        answer = {
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "SessionToken": "session",
            "Expiration": expires.isoformat(timespec="seconds"),
        }
        (self.folder / "answer").write_text(json.dumps(answer, indent=4))
        (self.folder / "seconds").write_text(str(takes))

    def fails(self) -> None:
        (self.folder / "answer").unlink()

    def token(self, role: str) -> str:
        return (self.folder / "run" / role).read_text()

    def ask(self, path: str, token: str | None) -> tuple[int, str]:
        """The status, and whose credentials they are."""
        headers = {} if token is None else {"Authorization": token}
        place = f"http://127.0.0.1:{self.port}/{path}"
        request = urllib.request.Request(place, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                assert answer.headers["Content-Type"] == "application/json"
                return answer.status, str(json.load(answer)["AccessKeyId"])
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def web(self) -> tuple[int, str]:
        return self.ask("web", self.token("web"))

    def asked(self) -> list[str]:
        """What STS was asked."""
        file = self.folder / "aws.log"
        return file.read_text().splitlines() if file.exists() else []

    def log(self) -> list[dict[str, str]]:
        lines = (self.folder / "credentials.log").read_text().splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "instance-id").write_text("i-0123456789abcdef0\n")
    program = tmp_path / "aws"
    program.write_text(AWS.format(folder=tmp_path))
    program.chmod(0o755)
    server = Server(tmp_path, port)
    server.answers("FIRST", seconds=3600)
    server.start()
    yield server
    server.stop()


def test_the_system_s_python_reads_it() -> None:
    """Amazon Linux 2023 has 3.9."""
    assert ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_a_token_leads_to_the_credentials_of_its_role_alone(server: Server) -> None:
    web, release = server.token("web"), server.token("release")
    assert len({web, release}) == 2
    assert server.ask("web", web) == server.ask("release", release) == (200, "FIRST")
    assert [each.split()[3:6] for each in server.asked()] == [
        [f"arn:aws:iam::123456789012:role/prod-349081-{role}", "--role-session-name", name]
        for role, name in (("web", "i-0123456789abcdef0"), ("release", "i-0123456789abcdef0"))
    ]


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("web", None, 401),
        ("release", None, 401),
        ("", None, 401),
        ("application", "web", 401),
        ("../web", "web", 401),
        ("web", "release", 403),
        ("release", "web", 403),
        ("web", "", 401),
    ],
)
def test_whoever_lacks_the_token_is_refused(
    server: Server, path: str, token: str | None, status: int
) -> None:
    assert server.ask(path, server.token(token) if token else token) == (status, "")
    assert server.ask("web", f"{server.token('web')}x") == (403, "")
    assert server.ask("web", server.token("web")[:-1]) == (403, "")
    assert server.asked() == []


def test_sdks_find_them_by_the_standard_variables(server: Server) -> None:
    environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{server.port}/web",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(server.folder / "run/web"),
    }
    found = ContainerProvider(environ).load()
    keys = found.get_frozen_credentials()
    assert (keys.access_key, keys.secret_key, keys.token) == ("FIRST", "secret", "session")
    # They are asked for again a quarter of an hour before that.
    assert not found.refresh_needed()
    assert found.refresh_needed(3600)


def test_they_are_kept_until_shortly_before_they_expire(server: Server) -> None:
    server.answers("FIRST", seconds=1200 + 2)
    assert server.web() == (200, "FIRST")
    server.answers("SECOND", seconds=3600)
    assert server.web() == (200, "FIRST")
    time.sleep(2)
    assert server.web() == server.web() == (200, "SECOND")
    assert len(server.asked()) == 2


def test_a_failure_is_told_in_a_line_and_passes(server: Server) -> None:
    server.answers("SHORT", seconds=3)
    assert server.web() == (200, "SHORT")
    server.fails()
    # What is still valid is handed out.
    assert server.web() == (200, "SHORT")
    time.sleep(3)
    assert server.web() == (503, "")
    assert server.web() == (503, "")
    (first, *_) = told = server.log()
    assert first == {
        "level": "ERROR",
        "logger": "credentials",
        "message": "web: Could not connect to the endpoint",
    }
    # Nobody has STS asked again and again.
    assert len(told) == 2
    server.answers("LATER", seconds=3600)
    time.sleep(0.3)
    assert server.web() == (200, "LATER")


def test_what_sts_says_has_to_be_credentials(server: Server) -> None:
    (server.folder / "answer").write_text("null\n")
    assert server.web() == (503, "")
    assert [line["level"] for line in server.log()] == ["ERROR"]


def test_many_ask_at_once_and_sts_is_asked_once(server: Server) -> None:
    server.answers("FIRST", seconds=3600, takes=1)
    with ThreadPoolExecutor(60) as pool, socket.socket() as silent:
        # Who says nothing keeps nobody waiting.
        silent.connect(("127.0.0.1", server.port))
        begun = time.monotonic()
        answers = list(pool.map(lambda _: server.web(), range(60)))
        assert time.monotonic() - begun < 4
    assert {*answers} == {(200, "FIRST")}
    assert len(server.asked()) == 1


def test_nobody_waits_for_others_while_there_are_some(server: Server) -> None:
    server.answers("FIRST", seconds=1000)
    assert server.web() == (200, "FIRST")
    server.answers("SECOND", seconds=3600, takes=3)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(server.web)
        _until(lambda: len(server.asked()) == 2)
        begun = time.monotonic()
        assert server.web() == (200, "FIRST")
        assert time.monotonic() - begun < 2
        assert asking.result() == (200, "SECOND")


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()


def test_what_runs_keeps_its_token_when_it_starts_again(server: Server) -> None:
    before = server.token("web")
    server.stop()
    server.start()
    assert server.token("web") == before
    assert server.web() == (200, "FIRST")
