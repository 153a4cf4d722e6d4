from pathlib import Path
from typing import Any

import pytest

from automation.deploy import show_changes
from automation.deploy.result import Run, show, to_json
from automation.review import Review
from automation.terraform.masking import Mask
from automation.terraform.plan_store import StoredPlan
from automation.terraform.pool import Outcome, StackRun
from automation.terraform.progress import AppliedResource, Event, Intended, Outputs, Problem
from automation.terraform.runner import Operation, Step
from tests.automation.consoles import Consoles
from tests.automation.review import reviewing

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "dns": frozenset({"security"}),
    "edge": frozenset({"dns"}),
}
SECRET = "correct-horse-battery"
mask = Mask({"AWS_SECRET_ACCESS_KEY": SECRET})
THROTTLED = Problem(f"creating X with {SECRET}: api error Throttling: Rate exceeded", "", "aws_x.y")


def stack_run(outcome: Outcome, *events: Event, code: int = 0, note: str = "") -> StackRun:
    gone: Any = None
    steps = [Step(Operation.APPLY, code, 2.5, events)] if events else []
    return StackRun("any", gone, gone, steps=steps, outcome=outcome, note=note)


def plan(stack: str, *actions: str) -> StoredPlan:
    return StoredPlan(
        stack=stack,
        account_id="123456789012",
        terraform="1.11.4",
        source="",
        lineage="",
        serial=0,
        inputs={},
        changed=bool(actions),
        intended=tuple(Intended(f"aws_x.{action}", action) for action in actions),
    )


@pytest.fixture
def failed() -> Run:
    created = [AppliedResource("aws_x.a", "create", 1), AppliedResource("aws_x.b", "update", 1)]
    values = {"url": "https://example.com", "cross-stack-output-x": "internal"}
    applied = {
        "security": stack_run(Outcome.DONE, *created, Outputs(values)),
        "network": stack_run(Outcome.FAILED, THROTTLED, code=1),
        "dns": stack_run(Outcome.DONE, note="no changes"),
        "edge": stack_run(Outcome.SKIPPED),
    }
    return Run("dev", "deploy", GRAPH, Path("runs/1.jsonl"), applied=applied)


def lines(run: Run) -> list[str]:
    consoles = Consoles()
    show(run, consoles.console, mask)
    return consoles.lines


def test_people_see_a_table_then_each_fault_in_a_line_with_its_remedy(failed: Run) -> None:
    assert lines(failed) == [
        "stack     create  change  destroy  seconds  outcome",
        "security       1       1               2.5  done",
        "network                                2.5  failed",
        "dns                                    0.0  no changes",
        "edge                                   0.0  not started",
        "network: throttled: aws_x.y: creating X with ***: api error Throttling: Rate exceeded",
        "  repeat the command later: it goes on where it stopped",
        "security.url = https://example.com",
        "dev: not fully deployed, 1 created, 1 changed, 0 destroyed: mend what failed and repeat "
        "the command",
        "log: runs/1.jsonl",
    ]


def test_machines_get_the_same(failed: Run) -> None:
    answer = to_json(failed, mask)
    assert not answer["ok"]
    network = answer["stacks"][1]
    assert network["outcome"] == "failed"
    assert network["problems"] == [
        {
            "kind": "throttled",
            "what": "aws_x.y: creating X with ***: api error Throttling: Rate exceeded",
            "remedy": "repeat the command later: it goes on where it stopped",
        }
    ]
    assert answer["log"] == "runs/1.jsonl"
    assert SECRET not in str(answer)


def reviewed(**actions: list[str]) -> Review:
    """Plans by stack: what is done with a resource for each action."""
    terraform = {"create": ["create"], "update": ["update"], "delete": ["delete"]}
    terraform["replace"] = ["delete", "create"]
    plans: dict[str, Any] = {
        stack: reviewing.plan(
            *(
                reviewing.entry(
                    "aws_x",
                    terraform[action],
                    None if action == "create" else {"size": f"{number} small"},
                    None if action == "delete" else {"size": f"{number} large"},
                    name=f"{action}{number or ''}",
                )
                for number, action in enumerate(each)
            )
        )
        for stack, each in actions.items()
    }
    return reviewing.reviewed(**plans)


def planned() -> Run:
    return Run(
        "dev",
        "plan",
        GRAPH,
        Path("runs/1.jsonl"),
        planned={
            "security": stack_run(Outcome.DONE, note="planned"),
            "network": stack_run(Outcome.DONE, note="no changes"),
        },
        plans={
            "security": plan("security", "create", "update", "delete", "replace"),
            "network": plan("network"),
        },
        waiting={"dns": ("security",), "edge": ("dns", "network")},
    )


def test_what_destroys_comes_first_and_what_waits_last() -> None:
    consoles = Consoles()
    run = planned()
    run.review = reviewed(security=["delete", "update", "create", "replace"])
    show_changes(run, consoles.console)
    assert consoles.lines == [
        "  - security: aws_x.delete",
        "      careful: it is away, if only meanwhile, and no rule says that this is harmless",
        "      cost: not known of aws_x: no price",
        "      size  0 small",
        "-/+ security: aws_x.replace3",
        "      careful: it is away, if only meanwhile, and no rule says that this is harmless",
        "      downtime: it is away until the new one is made",
        "      cost: not known of aws_x: no price",
        "      size  3 small → 3 large",
        "  + security: aws_x.create2",
        "      cost: not known of aws_x: no price",
        "      size  2 large",
        "  ~ security: aws_x.update1",
        "      routine: it stays, and serves meanwhile",
        "      cost: not known of aws_x: no price",
        "      size  1 small → 1 large",
        "    Cost: not known of aws_x: no price, at prices of us-west-2 from 2024-07-18 to "
        "2026-09-20, if as much is used as before",
        "    dns waits for security, whose outputs it reads: it is planned after that",
        "    edge waits for dns, network, whose outputs it reads: it is planned after that",
        "1 to create, 1 to update, 1 to replace, 1 to destroy; 2 careful, 2 routine",
    ]


def test_long_plans_are_cut_but_nothing_that_destroys_is_left_out() -> None:
    consoles = Consoles()
    run = planned()
    run.review = reviewed(security=["delete"] * 40 + ["create"] * 5)
    show_changes(run, consoles.console)
    assert sum("  - " in line for line in consoles.lines) == 40
    assert "    and 5 more, all routine: 5 aws_x to create" in consoles.lines


def test_machines_get_the_risk_of_each_change_and_its_attributes() -> None:
    run = planned()
    run.review = reviewed(security=["update"])
    answer = to_json(run, mask)
    assert answer["risks"] == {"blocking": 0, "careful": 0, "routine": 1}
    (change,) = answer["stacks"][0]["review"]
    assert (change["address"], change["risk"]) == ("aws_x.update", "routine")
    assert change["attributes"] == [
        {
            "name": "size",
            "old": "0 small",
            "new": "0 large",
            "forces_replacement": False,
            "undoes_drift": False,
        }
    ]
    assert [each["review"] for each in answer["stacks"][1:]] == [[], [], []]
    assert answer["stacks"][0]["changes"][0] == {"address": "aws_x.create", "action": "create"}


def test_a_plan_says_what_would_be_done() -> None:
    run = planned()
    assert lines(run)[-2] == "dev: 2 to create, 1 to change, 2 to destroy"
    assert lines(run)[3].endswith("waits for security")
    run.plans, run.waiting = {"network": plan("network")}, {}
    assert lines(run)[-2] == "dev: nothing to change"


def test_a_no_is_respected() -> None:
    run = planned()
    run.declined = True
    assert not run.ok
    assert lines(run)[-2] == "dev: nothing was applied"
