from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from automation.terraform.pool import Outcome, StackRun
from automation.terraform.runner import Step
from automation.terraform.steps import (
    NO_CHANGES,
    Backoff,
    apply_at_once,
    connect,
    deploy_stack,
    plan_and_apply,
)
from tests.automation.terraform.fakes import PASSED, Answer, Played, failed, planned

SOON = Backoff(tries=3, base=0.01, cap=0.01)
GRAPH = {"network": frozenset[str]()}
THROTTLED = failed("operation error EC2: X, StatusCode: 400, api error Throttling: Rate exceeded")
DENIED = failed("X is not authorized to perform: ec2:CreateVpc")
CHANGES = planned(a="create")


def play(folder: Path, **script: Sequence[Answer]) -> tuple[Played, StackRun]:
    found = Played(folder, {"network": script}, GRAPH)
    return found, found.run(partial(deploy_stack, backoff=SOON))["network"]


def test_a_stack_is_initialized_planned_and_applied(tmp_path: Path) -> None:
    found, stack_run = play(tmp_path, plan=[CHANGES])
    assert stack_run.outcome is Outcome.DONE
    assert found.calls("network") == ["init", "plan", "apply"]


def test_without_changes_nothing_is_applied(tmp_path: Path) -> None:
    found, stack_run = play(tmp_path, plan=[PASSED])
    assert stack_run.outcome is Outcome.DONE
    assert stack_run.note == NO_CHANGES
    assert found.calls("network") == ["init", "plan"]
    assert "network: no changes" in found.consoles.errors.getvalue()


def test_what_nobody_looks_at_is_tried_again_too(tmp_path: Path) -> None:
    found = Played(tmp_path, {"network": {"apply": [THROTTLED, PASSED]}}, GRAPH)
    stack_run = found.run(lambda stack_run: apply_at_once(stack_run, SOON))["network"]
    assert stack_run.outcome is Outcome.DONE
    assert found.calls("network") == ["apply", "apply"]


def test_what_passes_is_tried_again_with_a_new_plan(tmp_path: Path) -> None:
    script = {
        "init": [THROTTLED, PASSED],
        "plan": [THROTTLED, CHANGES, CHANGES],
        "apply": [THROTTLED, PASSED],
    }
    found, stack_run = play(tmp_path, **script)
    assert stack_run.outcome is Outcome.DONE
    assert stack_run.problems == ()
    assert found.calls("network") == ["init", "init", "plan", "plan", "apply", "plan", "apply"]
    assert "network: waiting 0 s: throttled" in found.consoles.errors.getvalue()


def test_a_stack_that_a_first_try_completed_is_done(tmp_path: Path) -> None:
    found, stack_run = play(tmp_path, plan=[CHANGES, PASSED], apply=[THROTTLED])
    assert stack_run.outcome is Outcome.DONE
    assert stack_run.note == ""
    assert found.calls("network") == ["init", "plan", "apply", "plan"]


@pytest.mark.parametrize(
    "failure",
    [
        DENIED,
        ([*THROTTLED[0], *DENIED[0]], 1),
        failed("Failed to save state", "Error saving state: api error SlowDown: x"),
        failed("Plugin did not respond"),
    ],
)
def test_nothing_else_is_tried_again(tmp_path: Path, failure: Answer) -> None:
    found, stack_run = play(tmp_path, plan=[CHANGES], apply=[failure])
    assert stack_run.outcome is Outcome.FAILED
    assert found.calls("network") == ["init", "plan", "apply"]


def test_patience_ends(tmp_path: Path) -> None:
    found, stack_run = play(tmp_path, plan=[THROTTLED] * 9)
    assert stack_run.outcome is Outcome.FAILED
    assert found.calls("network") == ["init"] + ["plan"] * 4


def test_nothing_is_tried_again_once_the_run_is_interrupted(tmp_path: Path) -> None:
    found = Played(tmp_path, {"network": {"init": [THROTTLED] * 9}}, GRAPH)

    def work(stack_run: StackRun) -> bool:
        stack_run.pause = lambda _: False
        return connect(stack_run, SOON)

    assert found.run(work)["network"].outcome is Outcome.FAILED
    assert found.calls("network") == ["init"]


def test_a_saved_plan_is_good_for_one_try(tmp_path: Path) -> None:
    script = {"plan": [CHANGES], "apply": [THROTTLED, PASSED]}
    found = Played(tmp_path, {"network": script}, GRAPH)
    found.run(lambda stack_run: plan_and_apply(stack_run, SOON, planned=True))
    assert found.calls("network") == ["apply", "plan", "apply"]


def test_a_plan_that_is_not_approved_is_not_applied(tmp_path: Path) -> None:
    found = Played(tmp_path, {"network": {"plan": [CHANGES]}}, GRAPH)

    def refuse(step: Step) -> str:
        return f"a new plan destroys {step.intended[0].address}, which nobody was shown"

    stack_run = found.run(lambda stack_run: plan_and_apply(stack_run, SOON, refuse))["network"]
    assert stack_run.outcome is Outcome.FAILED
    (problem,) = stack_run.problems
    assert str(problem) == "a new plan destroys aws_x.a, which nobody was shown"
    assert found.calls("network") == ["plan"]
