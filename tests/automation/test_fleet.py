import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation.fleet import Fleet, Track
from automation.installation import Installation
from automation.scheduler import Outcome
from automation.synthesis import Stack
from automation.terraform import Terraform

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "edge": frozenset({"network"}),
}
PATIENCE = 10


def fleet(
    folder: Path, script: str, watch: Callable[[], None] = lambda: None
) -> tuple[Fleet, StringIO]:
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
    found = Fleet(
        stacks,
        terraform=Terraform(str(program), "1.11.4", {"PATH": "/usr/bin:/bin"}),
        installation=Installation(folder, "", {}),
        workspace=folder / "data",
        console=Console(file=said, width=200),
        watch=watch,
    )
    return found, said


def apply(track: Track) -> bool:
    return track.do("init", track.runner.init) and track.do("apply", track.runner.apply)


def test_every_stack_has_its_steps_after_those_of_its_upstreams(tmp_path: Path) -> None:
    found, said = fleet(tmp_path, f'echo "$(basename $PWD) $1" >> {tmp_path}/calls')
    tracks = found.run("Applying", GRAPH, apply)
    assert {track.outcome for track in tracks.values()} == {Outcome.DONE}
    assert [len(track.steps) for track in tracks.values()] == [2, 2, 2]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == [f"{name} {step}" for name in GRAPH for step in ("init", "apply")]
    assert tracks["security"].ended < tracks["network"].ended < tracks["edge"].ended
    assert said.getvalue().startswith("Applying\n")


def test_after_a_failed_step_no_other_follows(tmp_path: Path) -> None:
    found, said = fleet(tmp_path, 'test "$(basename $PWD) $1" != "network init"')
    tracks = found.run("Applying", GRAPH, apply)
    assert [track.outcome for track in tracks.values()] == [
        Outcome.DONE,
        Outcome.FAILED,
        Outcome.SKIPPED,
    ]
    assert [len(track.steps) for track in tracks.values()] == [2, 1, 0]
    assert "edge: not started" in said.getvalue()


def test_the_watch_ends_every_terraform_at_once(tmp_path: Path) -> None:
    started = tmp_path / "started"

    def watch() -> None:
        if started.exists():
            raise ConnectionError

    found, _ = fleet(tmp_path, f"touch {started}\nsleep 60", watch)
    start = time.monotonic()
    with pytest.raises(ConnectionError):
        found.run("Applying", GRAPH, apply)
    assert time.monotonic() - start < PATIENCE
