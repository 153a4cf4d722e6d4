import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.terraform.processes import Processes

# Starts a child of its own, as Terraform starts its provider, and tells both ids.
PARENT = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
def interrupted(*_):
    print("interrupted", flush=True)
    {on_interrupt}
signal.signal(signal.SIGINT, interrupted)
print(child.pid, flush=True)
time.sleep(60)
"""
GENTLE = PARENT.format(on_interrupt="child.kill(); sys.exit(1)")
PATIENCE = 10


class Running:
    """A program that runs in another thread."""

    def __init__(self, program: str, folder: Path) -> None:
        self.processes = Processes()
        self.lines: list[str] = []
        self.code: int | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(program, folder))
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def _run(self, program: str, folder: Path) -> None:
        self.code = self.processes.run(
            [sys.executable, "-c", program], folder=folder, environ=os.environ, on_line=self._hear
        )

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        self._ready.set()

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    @property
    def child(self) -> int:
        return int(self.lines[0])


def ends(pid: int) -> bool:
    """Whether a process is gone, or soon will be: a zombie waits for its new parent."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            status = Path(f"/proc/{pid}/stat")
            if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    program = Running(GENTLE, tmp_path)
    yield program
    program.processes.end(RuntimeError())
    program.join()


def run(program: str, folder: Path) -> tuple[int, list[str]]:
    lines: list[str] = []
    command = [sys.executable, "-c", program]
    code = Processes().run(command, folder=folder, environ=os.environ, on_line=lines.append)
    return code, lines


def test_a_program_runs_where_it_should_and_its_errors_are_lines(tmp_path: Path) -> None:
    program = "import os, sys; print(os.getcwd(), flush=True); sys.stderr.write('é\\n'); exit(3)"
    assert run(program, tmp_path) == (3, [str(tmp_path), "é"])


def test_ctrl_c_is_passed_on_once_to_the_program_alone(running: Running) -> None:
    running.processes.end(KeyboardInterrupt())
    running.join()
    assert running.code == 1
    assert running.lines[1:] == ["interrupted"]
    assert ends(running.child)


def test_a_defect_ends_the_program_and_its_children_at_once(running: Running) -> None:
    running.processes.end(RuntimeError())
    running.join()
    assert running.code == -signal.SIGKILL
    assert running.lines[1:] == []
    assert ends(running.child)


def test_a_killed_program_leaves_no_children(running: Running) -> None:
    os.kill(os.getpgid(running.child), signal.SIGKILL)
    running.join()
    assert running.code == -signal.SIGKILL
    assert ends(running.child)


def test_nothing_starts_after_the_end(running: Running, tmp_path: Path) -> None:
    running.processes.end(KeyboardInterrupt())
    code = running.processes.run(
        [sys.executable, "-c", "open('written', 'w')"],
        folder=tmp_path,
        environ=os.environ,
        on_line=print,
    )
    assert code == -signal.SIGINT
    assert not (tmp_path / "written").exists()


def test_a_pause_ends_with_the_programs() -> None:
    processes = Processes()
    assert processes.pause(0)
    threading.Timer(0.1, processes.end, args=[KeyboardInterrupt()]).start()
    start = time.monotonic()
    assert not processes.pause(PATIENCE)
    assert time.monotonic() - start < PATIENCE / 2
