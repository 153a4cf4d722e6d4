"""Real applications over real HTTP: started as instances start them, and asked what these ask."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from automation.app.database import free_port
from automation.app.processes import EndedError, Questions, Running, outside
from automation.errors import CommandError
from tests.artifact.packages import application, wheel
from tests.processes import PROJECT

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from automation.app.command import AppCommand, request_of
from automation.command import settings_of

port, folder = int(sys.argv[1]), Path(sys.argv[2])
url = "mysql://nobody@127.0.0.1/nothing"
request = request_of(
    settings_of("dev"), port=port, database_url=url, yes=True, secrets=folder / "secrets"
)
request = replace(request, workspace=folder / "workspace")
console = Console(soft_wrap=True)
sys.exit(AppCommand(request, console=console, progress=Console(stderr=True)).run())
"""
# Becomes ready only after a while, and tells its environment.
SERVER = """
import json, os, pure, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

START = time.monotonic()

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        late = self.path == "/readyz" and time.monotonic() - START < 1
        self.send_response(503 if late else 200)
        self.end_headers()
        self.wfile.write(json.dumps({**os.environ, "prefix": sys.prefix}).encode())

host = os.environ.get("HOST", "0.0.0.0")
ThreadingHTTPServer((host, int(os.environ["PORT"])), Handler).serve_forever()
"""
NODE = """
const http = require("node:http");
http.createServer((_, answer) => answer.end(JSON.stringify(process.env)))
  .listen(Number(process.env.PORT), process.env.HOST);
"""
ARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:key-a1B2c3"
SETTINGS = f"""
packages = ["python3.{sys.version_info.minor}"]
variables = {{ FEATURE_X = "on" }}
secrets = {{ API_KEY = "{ARN}" }}
"""


@contextmanager
def served(folder: Path, directory: Path, more: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The environment that an application tells once its address is printed, and other messages."""
    text = (PROJECT / "tests" / "environments" / "dev.toml").read_text(encoding="utf-8")
    place = 'directory = "tests/small_application"\n'
    (folder / "environments").mkdir()
    (folder / "environments" / "dev.toml").write_text(
        text.replace(place, f'directory = "{directory}"\n{more}'), encoding="utf-8"
    )
    port = free_port()
    with (
        (folder / "errors").open("w") as errors,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PROGRAM, str(port), str(folder)],
            cwd=PROJECT,
            env={**os.environ, "APP_ENVIRONMENTS": str(folder / "environments")},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        # The address is the first line, and whoever reads it is answered.
        line = process.stdout.readline()
        try:
            assert line == f"http://127.0.0.1:{port} (Ctrl-C ends it)\n", said(folder)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                yield json.load(answer), said(folder)
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert process.returncode == 130


def said(folder: Path) -> str:
    """What was told of the contract, and other messages."""
    return (folder / "errors").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_python_application_has_its_own_packages_variables_and_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = wheel(tmp_path / "index", "pure")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("DATABASE_URL", "mysql://another")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "dev.toml").write_text('API_KEY = "hidden"\n')
    (tmp_path / "secrets" / "dev.toml").chmod(0o600)
    directory = application(
        tmp_path / "app",
        **{
            "Procfile": "release: touch released\nweb: python serve.py\n",
            "serve.py": SERVER,
            "requirements.txt": lock,
        },
    )
    with served(tmp_path, directory, SETTINGS) as (found, told):
        assert (found["FEATURE_X"], found["API_KEY"]) == ("on", "hidden")
        assert found["prefix"].startswith(str(tmp_path / "workspace" / "packages"))
        assert "DATABASE_URL" not in found
        assert "VIRTUAL_ENV" not in found
        assert "web:" not in told
    assert (tmp_path / "workspace" / "current" / "app" / "released").exists()
    assert not (directory / "released").exists()


@pytest.mark.slow
def test_an_address_of_the_settings_is_that_of_the_trial(tmp_path: Path) -> None:
    """What an instance would be told decides there, and no address of this machine's."""
    directory = application(
        tmp_path / "app", **{"Procfile": "web: node server.js\n", "server.js": NODE}
    )
    variables = 'packages = ["nodejs22"]\nvariables = { HOST = "127.0.0.1" }\n'
    with served(tmp_path, directory, variables) as (_, told):
        assert "web: listens on 127.0.0.1 alone, where the load balancer does not reach it" in told


@pytest.mark.slow
def test_a_node_application_without_dependencies_is_served(tmp_path: Path) -> None:
    directory = application(
        tmp_path / "app", **{"Procfile": "web: node server.js\n", "server.js": NODE}
    )
    with served(tmp_path, directory, 'packages = ["nodejs22"]\n') as (found, told):
        assert found["HOST"] == "127.0.0.1"
        assert "web:" not in told


FAULTY = """
import os, signal, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ.get(self.path.strip("/").upper(), "200")))
        self.end_headers()

    def log_message(self, *_):
        pass

if "STAYS" in os.environ:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
host = os.environ.get("BIND", "0.0.0.0")
ThreadingHTTPServer((host, int(os.environ["PORT"])), Handler).serve_forever()
"""


@contextmanager
def faulty(folder: Path, **environ: str) -> Iterator[tuple[Running, int]]:
    (folder / "serve.py").write_text(FAULTY)
    port = free_port()
    given = {"PATH": os.environ["PATH"], "PORT": str(port), **environ}
    with Running(f"{sys.executable} serve.py", given, folder) as web:
        yield web, port


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, []),
        (
            {"HEALTHZ": "503"},
            ["web: /healthz answers 503, and the load balancer takes 200 alone"],
        ),
        (
            {"BIND": "127.0.0.1"},
            [
                "web: listens on 127.0.0.1 alone, where the load balancer does not reach it: "
                "listen on 0.0.0.0"
            ],
        ),
        (
            {"STAYS": "yes"},
            [
                "web: does not end within 0.5 s after SIGTERM, and an instance kills it with open "
                "requests: have it end by itself"
            ],
        ),
    ],
)
def test_a_point_that_running_shows_to_fail_is_told(
    tmp_path: Path, environ: Mapping[str, str], expected: list[str]
) -> None:
    assert outside()
    questions = Questions(stop_seconds=0.5)
    with faulty(tmp_path, **environ) as (web, port):
        questions.wait(web, port)
        assert list(questions.faults(web, port)) == expected
        assert web.process.poll() is not None


def test_one_that_never_gets_ready_is_told_all_that_fails(tmp_path: Path) -> None:
    failing = {"READYZ": "503", "HEALTHZ": "404", "BIND": "127.0.0.1"}
    with faulty(tmp_path, **failing) as (web, port), pytest.raises(CommandError) as error:
        Questions(ready_seconds=1.5).wait(web, port)
    first, *others = str(error.value).splitlines()
    assert first == (
        f"web: http://127.0.0.1:{port}/readyz has not answered 200 for 1.5 s, but 503: answer it "
        "once the database is reachable"
    )
    assert len(others) == 2


def test_one_that_does_not_listen_is_asked_nothing_else(tmp_path: Path) -> None:
    with (
        Running("exec sleep 60", os.environ, tmp_path) as web,
        pytest.raises(CommandError, match="but nothing: answer it once the database"),
    ):
        Questions(ready_seconds=0.2).wait(web, free_port())
    assert web.process.poll() is not None


def test_one_that_ends_before_it_is_ready_says_so(tmp_path: Path) -> None:
    with Running("exit 3", os.environ, tmp_path) as web, pytest.raises(EndedError) as error:
        Questions().wait(web, free_port())
    assert error.value.code == 3
    assert str(error.value) == "web: ended with code 3 before it answered /readyz with 200"


def test_nothing_of_a_process_is_left(tmp_path: Path) -> None:
    """As systemd does it: the first one is asked, whoever is left is killed."""
    with Running("sleep 61 & echo $! > child; wait", os.environ, tmp_path):
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.01)
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    deadline = time.monotonic() + 5
    # One that is dead may wait for its parent to notice.
    while child.exists() and " Z " not in child.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not child.exists() or " Z " in child.read_text()
