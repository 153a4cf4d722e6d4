import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.emulator import RunningEmulator, exports, find


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like an emulator's from outside."""
    wait = "import time; time.sleep(60)"
    command = [sys.executable, "-c", wait, "automation.emulator.server"]
    with subprocess.Popen(command) as process:  # noqa: S603
        yield process
        process.kill()


def test_a_kept_emulator_is_found_and_stopped(
    server: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    file = tmp_path / "kept.json"
    RunningEmulator("dev", server.pid, "http://127.0.0.1:1").write(file)
    found = find(file)
    assert found == RunningEmulator("dev", server.pid, "http://127.0.0.1:1")
    found.stop()
    assert server.wait(5) < 0
    assert find(file) is None


def test_another_process_with_its_id_is_not_taken_for_it(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    RunningEmulator("dev", os.getpid(), "http://127.0.0.1:1").write(file)
    assert find(file) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": 1}'])
def test_a_damaged_memory_is_none(content: str, tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    assert find(file) is None
    file.write_text(content)
    assert find(file) is None


def test_a_shell_gets_what_differs_and_loses_what_would_interfere() -> None:
    wanted = {"AWS_REGION": "us-west-2", "HOME": "/home/me", "NOTE": "it's"}
    environ = {"AWS_PROFILE": "mine", "HOME": "/home/me", "AWS_REGION": "eu-west-1"}
    assert list(exports(wanted, environ)) == [
        "unset AWS_PROFILE",
        "export AWS_REGION=us-west-2",
        """export NOTE='it'"'"'s'""",
    ]


def test_the_command_that_stops_it_names_its_environment() -> None:
    kept = RunningEmulator("dev", 1, "")
    assert kept.stop_command == "python -m automation rehearse --env dev --stop"
