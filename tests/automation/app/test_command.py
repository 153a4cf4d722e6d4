import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from automation import PROJECT
from automation.app import database
from automation.app.command import AppCommand, AppRequest
from automation.errors import CommandError, UserError
from tests import processes as programs
from tests.automation.systems import Machine

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from rich.console import Console
from automation.app.command import AppCommand, request_of
from automation.command import settings_of

request = request_of(settings_of("dev"), port=int(sys.argv[1]))
request = replace(request, workspace=Path(sys.argv[2]))
console = Console(soft_wrap=True)
sys.exit(AppCommand(request, console=console, progress=Console(stderr=True)).run())
"""


def run(request: AppRequest) -> int:
    console = Console(file=io.StringIO())
    return AppCommand(request, console=console, progress=console).run()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def request(tmp_path: Path, procfile: str) -> AppRequest:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Procfile").write_text(procfile)
    # Nobody connects to it: these commands do not look at their environment.
    return AppRequest(
        folder=tmp_path / "app",
        port=free_port(),
        database_url="mysql://nobody@127.0.0.1/nothing",
        yes=True,
        workspace=tmp_path / "workspace",
    )


def test_without_a_procfile_there_is_nothing_to_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Procfile is missing: write one with a line"):
        run(AppRequest(folder=tmp_path, port=free_port(), workspace=tmp_path))


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    asked = request(tmp_path, "web: true\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", asked.port))
        taken.listen()
        with pytest.raises(UserError) as error:
            run(asked)
    assert str(error.value) == f"port {asked.port} is taken: free it, or choose another with --port"
    assert not asked.workspace.exists()


def test_a_missing_server_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Machine(tmp_path, monkeypatch).is_("Debian")
    with pytest.raises(UserError) as error:
        database.find("mariadbd")
    assert str(error.value) == (
        "mariadbd is missing: run apt-get install -y --no-install-recommends mariadb-server-core "
        "mariadb-client-core, or set DATABASE_URL=mysql://user:password@host:port/name"
    )


def test_what_web_ends_with_is_the_exit_code(tmp_path: Path) -> None:
    assert run(request(tmp_path, "web: exit 3\n")) == 3


def test_nothing_serves_after_a_failed_release(tmp_path: Path) -> None:
    asked = request(tmp_path, "release: exit 4\nweb: touch served\n")
    with pytest.raises(CommandError) as error:
        run(asked)
    assert str(error.value) == "release: ended with code 4"
    assert not (asked.workspace / "current" / "app" / "served").exists()


def test_a_wrong_procfile_is_told_as_the_packaging_tells_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no line `web: <command>`: add it"):
        run(request(tmp_path, "release: true\n"))


def test_a_database_of_the_users_own_has_to_be_one(tmp_path: Path) -> None:
    asked = replace(request(tmp_path, "web: true\n"), database_url="http://u:hunter2@h/n")
    with pytest.raises(UserError, match=r"^--database-url: received http://\.\.\.@h/n; give"):
        run(asked)


def test_a_database_of_the_users_own_is_not_migrated_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(request(tmp_path, "release: touch ran\nweb: true\n"), yes=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(UserError) as error:
        run(asked)
    assert str(error.value) == (
        "app asks before it changes anything, and there is nobody to ask: add --yes, or leave "
        "DATABASE_URL out for a MariaDB of its own"
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    questions = []
    monkeypatch.setattr("typer.confirm", lambda text, **_: questions.append(text))
    assert run(asked) == 1
    assert questions == ["Run `touch ran` on nothing at 127.0.0.1:3306?"]
    assert not asked.workspace.exists()


@pytest.mark.slow
def test_the_application_of_an_environment_runs_until_ctrl_c(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "output"
    with (
        log.open("w") as output_file,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PROGRAM, str(port), str(tmp_path)],
            cwd=PROJECT,
            stdout=output_file,
            stderr=subprocess.STDOUT,
            # Ctrl-C does not reach what a shell has put into the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        ) as process,
    ):
        assert says(log, f"http://127.0.0.1:{port} (Ctrl-C ends it)")
        given = json.loads(page(f"http://127.0.0.1:{port}/"))
        process.send_signal(signal.SIGINT)
        process.wait(60)
    output = log.read_text()
    assert (given["APP_VERSION"], given["PORT"]) == ("local", str(port))
    assert process.returncode == 130
    assert f"migrating {given['DB_NAME']}\n" in output
    assert "the application, its database and the emulator have ended" in output
    assert running_below(tmp_path) == []


def says(log: Path, text: str) -> bool:
    deadline = time.monotonic() + 120
    while text not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    return text in log.read_text()


def page(url: str) -> str:
    with urllib.request.urlopen(url) as response:  # noqa: S310
        text: str = response.read().decode()
    return text


def running_below(folder: Path) -> list[str]:
    """Programs that name the folder, apart from this one."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command and int(each.parent.name) != os.getpid():
            found.append(command)
    return found


def test_a_folder_takes_the_place_of_the_environments_application(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "automation", "app", "--env", "nope")
    finished = programs.run(*command)
    assert finished.returncode == 2
    assert "nope" in finished.stderr
    for named in (["--folder", str(tmp_path)], [str(tmp_path)]):
        finished = programs.run(*command, *named)
        assert finished.returncode == 2
        assert f"{tmp_path / 'Procfile'} is missing" in finished.stderr
    both = programs.run(*command, str(tmp_path), "--folder", "shop")
    assert both.stderr == f"received {tmp_path} and --folder shop: name one of them\n"
