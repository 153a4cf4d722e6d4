import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation.terraform.pool import Outcome, StackPool, StackRun
from automation.terraform.program import Terraform
from automation.terraform.providers import Installation
from automation.terraform.stacks import Stack

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "edge": frozenset({"network"}),
}
PATIENCE = 10


def pool(
    folder: Path,
    script: str,
    watch: Callable[[], None] = lambda: None,
    tell: Callable[[StackRun, str], None] = lambda *_: None,
) -> tuple[StackPool, StringIO]:
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    stacks = []
    for name in GRAPH:
        file = folder / name / "cdk.tf.json"
        file.parent.mkdir()
        file.write_text("{}")
        stacks.append(Stack(name, file))
    said = StringIO()
    found = StackPool(
        stacks,
        terraform=Terraform(str(program), "1.11.4", {"PATH": "/usr/bin:/bin"}),
        installation=Installation(folder, "", {}),
        workspace=folder / "data",
        console=Console(file=said, width=200),
        watch=watch,
        tell=tell,
    )
    return found, said


def apply(stack_run: StackRun) -> bool:
    return stack_run.do("init", stack_run.runner.init) and stack_run.do(
        "apply", stack_run.runner.apply
    )


def test_every_stack_has_its_steps_after_those_of_its_upstreams(tmp_path: Path) -> None:
    found, said = pool(tmp_path, f'echo "$(basename $PWD) $1" >> {tmp_path}/calls')
    stack_runs = found.run("Applying", GRAPH, apply)
    assert {stack_run.outcome for stack_run in stack_runs.values()} == {Outcome.DONE}
    assert [len(stack_run.steps) for stack_run in stack_runs.values()] == [2, 2, 2]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [f"{name} {step}" for name in GRAPH for step in ("init", "apply")]
    assert stack_runs["security"].ended < stack_runs["network"].ended < stack_runs["edge"].ended
    assert said.getvalue().startswith("Applying\n")


def test_after_a_failed_step_no_other_follows(tmp_path: Path) -> None:
    found, said = pool(tmp_path, 'test "$(basename $PWD) $1" != "network init"')
    stack_runs = found.run("Applying", GRAPH, apply)
    assert [stack_run.outcome for stack_run in stack_runs.values()] == [
        Outcome.DONE,
        Outcome.FAILED,
        Outcome.SKIPPED,
    ]
    assert [len(stack_run.steps) for stack_run in stack_runs.values()] == [2, 1, 0]
    assert "edge: not started" in said.getvalue()


def test_each_step_is_told_and_a_note_takes_the_place_of_the_outcome(tmp_path: Path) -> None:
    told: list[tuple[str, str, bool]] = []
    found, said = pool(
        tmp_path, "true", tell=lambda stack_run, phase: told.append(step(stack_run, phase))
    )

    def init(stack_run: StackRun) -> bool:
        stack_run.note = "nothing to do"
        return stack_run.do("connect", stack_run.runner.init)

    found.run("Connecting", {"security": frozenset()}, init)
    assert told == [("security", "connect", True)]
    assert "security: nothing to do" in said.getvalue()


def step(stack_run: StackRun, phase: str) -> tuple[str, str, bool]:
    return stack_run.stack, phase, stack_run.steps[-1].ok


def test_a_stack_has_the_problems_of_its_last_step_alone(tmp_path: Path) -> None:
    found, _ = pool(tmp_path, f"test -e {tmp_path}/tried || {{ touch {tmp_path}/tried; exit 1; }}")
    problems: list[int] = []

    def twice(stack_run: StackRun) -> bool:
        for _ in range(2):
            stack_run.do("init", stack_run.runner.init)
            problems.append(len(stack_run.problems))
        return True

    found.run("Connecting", {"security": frozenset()}, twice)
    assert problems == [1, 0]


def test_the_watch_ends_every_terraform_at_once(tmp_path: Path) -> None:
    started = tmp_path / "started"

    def watch() -> None:
        if started.exists():
            raise ConnectionError

    found, _ = pool(tmp_path, f"touch {started}\nsleep 60", watch)
    start = time.monotonic()
    with pytest.raises(ConnectionError):
        found.run("Applying", GRAPH, apply)
    assert time.monotonic() - start < PATIENCE
