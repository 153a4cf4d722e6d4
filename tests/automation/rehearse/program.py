"""The rehearsal in a process of its own, as a user runs it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.terraform.stacks import read
from tests.processes import run
from tests.promises import SHIPPED

PATIENCE = 120
# The command, but for where it writes: tests must not touch what a user works with.
PROGRAM = """
import sys
from pathlib import Path
from rich.console import Console
from automation.errors import CommandError, UserError
from automation.rehearse.command import RehearseCommand, RehearseRequest
folder, environment, *flags = sys.argv[1:]
request = RehearseRequest(
    environment=environment, as_json=True, output=Path(folder, "out"),
    workspace=Path(folder, "workspace"), keep="keep" in flags, destroy="destroy" in flags,
)
command = RehearseCommand(request, console=Console(), progress=Console(stderr=True))
try:
    sys.exit(command.stop() if "stop" in flags else command.run())
except (UserError, CommandError) as error:
    print(error, file=sys.stderr)
    sys.exit(2 if isinstance(error, UserError) else 1)
"""


@dataclass
class Program:
    """The command in a process of its own."""

    folder: Path
    arguments: tuple[str, ...]
    said: list[str] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-c", PROGRAM, str(self.folder), *self.arguments]

    def finish(self) -> tuple[int, Any]:
        """Run it to its end; the exit code and what it answers."""
        finished = run(*self.command)
        print(finished.stderr)
        return finished.returncode, json.loads(finished.stdout or "null")

    @contextmanager
    def until(self, sign: str) -> Iterator[subprocess.Popen[str]]:
        """Run it until it says something."""
        with subprocess.Popen(  # noqa: S603
            self.command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                self.said.append(line)
                if sign in line:
                    break
            try:
                yield process
                self.said += process.stderr
            finally:
                process.kill()

    def told(self, outcome: str) -> set[str]:
        """The stacks of which it has said that this became of them."""
        told = [line.rpartition("] ")[2].partition(":") for line in self.said]
        return {stack for stack, _, rest in told if rest.strip().startswith(outcome)}


Start = Callable[..., Program]


def below(pid: int) -> list[tuple[int, str]]:
    """All processes that a process has started, directly or not, with their commands."""
    lines = run(
        "ps", "-ww", "-A", "-o", "pid=", "-o", "ppid=", "-o", "command="
    ).stdout.splitlines()
    found, parents = [], {pid}
    processes = [(int(line.split()[0]), int(line.split()[1]), line) for line in lines]
    while more := [each for each in processes if each[1] in parents]:
        found += [(each, command) for each, _, command in more]
        parents = {each for each, _, _ in more}
    return found


def wait_for(pid: int, program: str) -> int:
    """The id of a program that a process starts, sooner or later."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for each, command in below(pid):
            if program in command:
                return each
        time.sleep(0.1)
    raise AssertionError(f"{program} was not started")


def all_is_well(code: int, answer: Any) -> None:
    assert answer["failures"] == []
    assert code == 0
    stacks = {stack["name"]: stack for stack in answer["stacks"]}
    assert stacks.keys() >= set(SHIPPED)
    assert all(stack["changes"] == [] for stack in stacks.values())
    assert answer["checks"]["total"] > 0


def everything_was_applied(folder: Path, answer: Any) -> None:
    declared = {stack.name: stack.resources for stack in read(folder / "out")}
    assert {stack["name"]: stack["blocks"] for stack in answer["stacks"]} == declared
