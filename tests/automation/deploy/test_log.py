import json
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from automation.deploy.result import RunLog, commit, versions
from automation.terraform.masking import Mask
from automation.terraform.pool import StackRun
from automation.terraform.progress import AppliedResource, Outputs, PlannedCounts, Problem
from automation.terraform.runner import Operation, Step
from tests.processes import PROJECT

SECRET = "correct-horse-battery"
START = datetime(2026, 11, 23, 17, 13, 11, tzinfo=UTC)


def log(folder: Path, *, minutes: int = 0, kept: int = 50) -> RunLog:
    ticks = count()
    return RunLog(
        folder,
        command="deploy",
        environment="dev",
        mask=Mask({"AWS_SECRET_ACCESS_KEY": SECRET}),
        clock=lambda: START + timedelta(minutes=minutes, seconds=next(ticks)),
        kept=kept,
    )


def entries(found: RunLog) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found.path.read_text().splitlines()]


def stack_run(*events: Any, code: int = 0) -> StackRun:
    gone: Any = None
    return StackRun("network", gone, gone, steps=[Step(Operation.APPLY, code, 1.23456, events)])


def test_a_run_has_a_private_file_of_its_own(tmp_path: Path) -> None:
    found = log(tmp_path / "runs")
    found.write("run", stacks=["network"])
    assert found.path.name == "20261123T171311.000000Z-deploy-dev.jsonl"
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert found.path.parent.stat().st_mode & 0o777 == 0o700
    (entry,) = entries(found)
    assert entry == {"at": "2026-11-23T17:13:12+00:00", "what": "run", "stacks": ["network"]}


def test_a_step_is_kept_with_what_it_did_and_why_it_failed(tmp_path: Path) -> None:
    found = log(tmp_path)
    done = PlannedCounts(1), AppliedResource("aws_vpc.vpc", "create", 3)
    failure = Problem("creating X: api error Throttling: Rate exceeded")
    found.step(stack_run(*done, failure, Outputs({"url": "https://x"}), code=1), "apply")
    (entry,) = entries(found)
    assert entry["stack"] == "network"
    assert entry["phase"] == entry["command"] == "apply"
    assert entry["seconds"] == 1.235
    assert entry["planned"] == {"add": 1, "change": 0, "remove": 0}
    resource = {"address": "aws_vpc.vpc", "action": "create", "seconds": 3}
    assert entry["resources"] == [resource]
    assert [problem["kind"] for problem in entry["problems"]] == ["throttled"]


def test_neither_credentials_nor_outputs_are_kept(tmp_path: Path) -> None:
    found = log(tmp_path)
    said = Problem(f"signing with {SECRET} failed", 'MasterUserPassword: "hunter2"')
    found.step(stack_run(said, Outputs({"token": "an-output"}), code=1), "apply")
    text = found.path.read_text()
    assert not any(each in text for each in (SECRET, "hunter2", "an-output"))


def test_old_logs_are_removed(tmp_path: Path) -> None:
    made = [log(tmp_path, minutes=number, kept=3).path for number in range(5)]
    assert sorted(tmp_path.iterdir()) == made[2:]


def test_what_took_part_is_named() -> None:
    found = versions("1.11.4", 'provider "x" {\n  version     = "5.100.0"\n}')
    assert found["terraform"] == "1.11.4"
    assert found["aws_provider"] == "5.100.0"
    assert all(found.values())
    assert ("cdktf" in found) != ("cdktn" in found)


def test_the_commit_is_named_where_there_is_one(tmp_path: Path) -> None:
    assert commit(tmp_path / "absent") == ""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if head.returncode == 0:
        assert commit().startswith(head.stdout.strip())
