from typing import Any, cast

from automation.destroy.command import DestroyResult
from automation.terraform.pool import Outcome, StackRun
from automation.terraform.progress import AppliedResource, Problem, ProgressTable
from automation.terraform.runner import Operation, Step
from tests.automation.consoles import Consoles

BUCKET = "dev-349081-tfstate-123456789012"
PROBLEM = Problem("deleting S3 Bucket (x): BucketNotEmpty: The bucket is not empty", "", "b.x")


def stack_run(name: str, outcome: Outcome, *events: Any) -> StackRun:
    board = ProgressTable(Consoles().progress, "", [name])
    code = 1 if outcome is Outcome.FAILED else 0
    steps = [Step(Operation.APPLY, code, 1, events)] if events else []
    return StackRun(name, cast(Any, None), board, steps=steps, outcome=outcome)


def result(*stack_runs: StackRun, left: tuple[str, ...] = ()) -> DestroyResult:
    return DestroyResult(
        "dev", BUCKET, stack_runs={each.stack: each for each in stack_runs}, left=left
    )


def lines(found: DestroyResult) -> list[str]:
    consoles = Consoles()
    found.show(consoles.console)
    return consoles.lines[:-1]


def test_a_stack_that_failed_says_why_and_what_it_kept_from_starting() -> None:
    found = result(
        stack_run("application", Outcome.DONE, AppliedResource("a.b", "delete", 1)),
        stack_run("storage", Outcome.FAILED, PROBLEM),
        stack_run("security", Outcome.SKIPPED),
    )
    assert not found.ok
    said, *rest = lines(found)
    assert said.startswith("storage: ")
    assert "BucketNotEmpty" in said
    assert rest == [
        "dev: destroyed: application",
        "dev: failed: storage",
        "dev: not started: security",
    ]
    stacks = {each["name"]: each for each in found.to_json()["stacks"]}
    assert stacks["application"]["destroyed"] == 1
    assert stacks["storage"]["outcome"] == "failed"
    assert len(stacks["storage"]["problems"]) == 1


def test_what_is_left_behind_is_a_failure() -> None:
    found = result(stack_run("storage", Outcome.DONE), left=("storage: managed a.b",))
    assert not found.ok
    assert lines(found)[0] == "left behind: storage: managed a.b"
