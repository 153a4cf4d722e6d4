import json
import stat
from pathlib import Path

import pytest

from automation.errors import CommandError
from automation.terraform.processes import Processes
from automation.terraform.program import Terraform
from automation.terraform.progress import AppliedResource, Event, PlannedCounts
from automation.terraform.providers import Installation
from automation.terraform.runner import StackRunner
from automation.terraform.stacks import Stack

RECORDED = Path(__file__).parent / "recorded"
LOCK = 'provider "aws" {\n  version = "5.100.0"\n  hashes = [\n    "h1:abc=",\n  ]\n}\n'


class Played:
    """A stand-in for Terraform that plays a recording and writes down how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "stacks" / "security"
        self.folder.mkdir(parents=True)
        (self.folder / "cdk.tf.json").write_text("{}", encoding="utf-8")
        self._program = folder / "terraform"
        self.events: list[Event] = []
        self._root = folder
        self.runner = self.another()
        self._calls = folder / "calls"

    def another(self, *, locks: bool = True) -> StackRunner:
        return StackRunner(
            Stack("security", self.folder / "cdk.tf.json"),
            terraform=Terraform(str(self._program), "1.11.4", {"PATH": "/usr/bin:/bin"}),
            installation=Installation(self._root / "providers", LOCK, {}),
            processes=Processes(),
            data=self._root / "data",
            locks=locks,
            on_event=self.events.append,
        )

    def play(self, recording: str, code: int = 0) -> None:
        file = RECORDED / f"{recording}.jsonl"
        self.write(f'cat "{file}"', code)

    def say(self, text: str, code: int) -> None:
        self.write(f"echo '{text}' >&2", code)

    def write(self, action: str, code: int) -> None:
        lock = f'cat .terraform.lock.hcl > "{self._calls}.lock"'
        call = f'echo "$PWD $TF_DATA_DIR $*" >> "{self._calls}"'
        self._program.write_text(f"#!/bin/sh\n{call}\n{lock}\n{action}\nexit {code}\n")
        self._program.chmod(self._program.stat().st_mode | stat.S_IXUSR)
        (self.folder / ".terraform.lock.hcl").touch()

    @property
    def call(self) -> str:
        return self._calls.read_text().splitlines()[-1]

    @property
    def lock_seen(self) -> str:
        return Path(f"{self._calls}.lock").read_text()


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def test_terraform_runs_where_the_stack_is_and_its_data_goes_elsewhere(played: Played) -> None:
    played.play("plan", 2)
    played.runner.plan()
    folder, data, *options = played.call.split()
    assert folder == str(played.folder)
    assert Path(data).parent == played.folder.parent.parent
    assert options[:4] == ["plan", "-json", "-no-color", "-input=false"]
    assert {each.name for each in played.folder.iterdir()} == {"cdk.tf.json", ".terraform.lock.hcl"}


def test_a_plan_that_finds_changes_has_succeeded(played: Played) -> None:
    played.play("plan", 2)
    step = played.runner.plan()
    assert step.ok
    assert step.changed
    assert step.planned == 8
    assert step.summary == PlannedCounts(add=8)
    assert len(step.intended) == 8
    assert PlannedCounts(8) in played.events


def test_who_only_plans_takes_no_lock(played: Played) -> None:
    played.play("plan", 2)
    played.runner.plan()
    assert "-lock=false" not in played.call
    assert played.another(locks=False).plan().changed
    assert "-lock=false" in played.call.split()


def test_a_plan_without_changes(played: Played) -> None:
    played.play("plan_without_changes", 0)
    step = played.runner.plan()
    assert step.ok
    assert not step.changed


def test_the_plan_that_was_made_is_the_one_that_is_applied(played: Played) -> None:
    played.play("plan", 2)
    played.runner.plan()
    (out,) = [each for each in played.call.split() if each.startswith("-out=")]
    played.play("apply")
    step = played.runner.apply()
    assert played.call.split()[-1] == out.removeprefix("-out=")
    assert step.ok
    assert len(step.applied) == len(
        [each for each in played.events if isinstance(each, AppliedResource)]
    )


def test_what_nobody_looks_at_is_planned_and_applied_at_once(played: Played) -> None:
    played.play("apply")
    step = played.runner.apply_at_once(["aws_vpc.main", "aws_subnet.app"])
    assert step.ok
    assert played.call.split()[-3:] == [
        "-auto-approve",
        "-target=aws_vpc.main",
        "-target=aws_subnet.app",
    ]


@pytest.mark.parametrize("mode", ["destroy", "refresh-only"])
def test_another_kind_of_plan_is_asked_for(played: Played, mode: str) -> None:
    played.play("plan", 2)
    played.runner.plan(mode)
    assert f"-{mode}" in played.call.split()


def test_providers_come_from_the_one_installation_and_are_hashed_once(played: Played) -> None:
    played.play("plan")
    played.runner.init()
    assert f"-plugin-dir={played.folder.parent.parent / 'providers'}" in played.call.split()
    assert played.lock_seen == LOCK
    left = (played.folder / ".terraform.lock.hcl").read_text()
    assert "hashes" not in left
    assert 'version = "5.100.0"' in left


def test_a_failing_apply_says_why_and_keeps_what_was_applied(played: Played) -> None:
    played.play("apply_failing", 1)
    step = played.runner.apply()
    assert not step.ok
    assert step.applied
    assert "AlreadyExistsException" in str(step.problems[0])


def test_what_terraform_says_as_it_crashes_is_kept(played: Played) -> None:
    played.say("panic: runtime error", 11)
    (problem,) = played.runner.apply().problems
    assert str(problem) == "terraform apply ended with exit code 11\npanic: runtime error"


def test_a_plan_can_be_read(played: Played, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"resource_changes": []}) + "\n", encoding="utf-8")
    played.write(f'cat "{plan}"', 0)
    assert played.runner.planned() == {"resource_changes": []}


def test_a_plan_that_cannot_be_read_is_an_error(played: Played) -> None:
    played.say("no such file", 1)
    with pytest.raises(CommandError, match=r"terraform show failed:\nno such file"):
        played.runner.planned()


def test_a_lock_is_taken_from_whoever_left_it(played: Played) -> None:
    played.write("true", 0)
    played.runner.unlock("f9763602")
    assert played.call.split()[2:] == ["force-unlock", "-force", "-no-color", "f9763602"]


def test_a_lock_that_cannot_be_taken_away_is_an_error(played: Played) -> None:
    played.say("LocalState not locked", 1)
    with pytest.raises(
        CommandError, match=r"terraform force-unlock failed:\nLocalState not locked"
    ):
        played.runner.unlock("f9763602")
