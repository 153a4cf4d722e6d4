import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation.checks import Finding
from automation.emulator.gaps import AttributeChange
from automation.rehearse.calls import Unknown, unknown
from automation.rehearse.result import RehearsalResult, show, to_json
from automation.terraform.pool import Outcome
from automation.terraform.progress import Problem
from automation.terraform.runner import Operation
from tests.automation.rehearse.results import (
    GRAPH,
    failed,
    planned_again,
    result,
    step,
    success,
    verdict,
)
from tests.automation.rehearse.results import stack_run as track_


def shown(found: RehearsalResult, width: int = 100) -> list[str]:
    text = StringIO()
    show(found, Console(file=text, width=width))
    assert "\x1b" not in text.getvalue()
    return [line.rstrip() for line in text.getvalue().splitlines()]


def row(lines: list[str], name: str) -> list[str]:
    return next(line.split() for line in lines if line.split()[:1] == [name])


def test_every_stack_has_a_row_with_its_seconds_by_phase() -> None:
    lines = shown(success())
    header = "stack resources init plan apply again seconds outcome"
    assert " ".join(lines[0].split()) == header
    assert row(lines, "network") == ["network", "1", "1.0", "2.0", "5.0", "1.5", "9.5", "done"]
    assert [line.split()[0] for line in lines[1:5]] == list(GRAPH)


def test_destroying_has_a_column_only_where_it_was_asked_for() -> None:
    found = success()
    assert "destroy" not in shown(found)[0]
    found.destroyed = {
        name: track_(Outcome.DONE, 1, step(Operation.PLAN, 2), step(Operation.APPLY, 5))
        for name in GRAPH
    }
    lines = shown(found, width=80)
    assert row(lines, "edge")[6] == "7.0"
    assert lines[0].endswith("outcome")


def test_the_summary_says_where_the_time_went_and_what_a_user_needs() -> None:
    lines = shown(success())
    assert "Time: prepare 2.0 s, apply 40.0 s" in lines
    path = "security 6.0 s -> network 8.0 s -> storage 12.0 s -> edge 7.0 s"
    assert f"Critical path: {path}, 33.0 s in all" in lines
    assert "     8 s  storage: aws_s3_bucket.assets" in lines
    assert "  edge.site_url      https://dev.example.com" in lines
    assert "  edge.name_servers  ns-1, ns-2" in lines
    assert "Second plan: nothing left to change" in lines
    assert lines[-1] == "dev: rehearsed, 4 stacks, 3 resources, 42.0 s"


def test_who_does_not_know_why_it_changes_again_is_told_of_both_reasons() -> None:
    found = success()
    assert "gaps.toml" not in "".join(shown(found))
    found.verdicts = {"edge": verdict(unexplained=[AttributeChange("a.b", "a", "ttl")])}
    lines = shown(found)
    assert lines[-3] == "changes again: edge: a.b: ttl"
    assert lines[-2].startswith("What changes again is either a fault of the stack, ")
    assert "the emulator forgets" in lines[-2]
    assert "automation/emulator/gaps.toml" in lines[-2]


def test_known_gaps_are_counted_apart() -> None:
    found = success()
    found.verdicts = {
        "edge": verdict(explained=[AttributeChange("a.b", "a", each) for each in ("c", "d")])
    }
    found.findings = [
        Finding("dns", "zone", ok=True, detail=""),
        Finding("dns", "logs", ok=False, detail=""),
    ]
    lines = shown(found)
    assert "Second plan: nothing left to change, but for 2 that the emulator forgets" in lines
    assert "Live account: 1 of 2 checks hold" in lines


def test_who_planned_again_where_the_role_that_plans_cannot_is_said() -> None:
    found = success()
    found.not_by_plan = ["edge"]
    (line,) = [each for each in shown(found, width=300) if "planned again as" in each]
    assert line.startswith("edge: planned again as the role that deploys, since this provider")
    assert to_json(found)["not_by_plan"] == ["edge"]


def test_a_tier_without_checks_of_its_own_is_named() -> None:
    found = success()
    found.without_checks = ["queue"]
    found.findings = [Finding("queue", "resources", ok=True, detail="")]
    assert "Live account: 1 of 1 checks hold (none of its own for queue)" in shown(found)


def test_a_failure_is_explained_and_named() -> None:
    problem = Problem("creating [VPC]: quota exceeded", "Ask for more.", "aws_vpc.vpc")
    skipped = {name: track_(Outcome.SKIPPED) for name in ("storage", "edge")}
    lines = shown(result(applied={"network": failed(problem), **skipped}))
    assert "network: aws_vpc.vpc: creating [VPC]: quota exceeded" in lines
    assert "Ask for more." in lines
    assert row(lines, "storage")[-2:] == ["not", "started"]
    assert lines[-3:-1] == ["failed: network", "not started: storage, edge"]
    assert lines[-1].startswith("dev: rehearsal failed")


@pytest.mark.parametrize("found", [success(), result()])
def test_machines_get_all_of_it(found: RehearsalResult) -> None:
    answer = json.loads(json.dumps(to_json(found)))
    assert answer["ok"] is True
    assert [stack["name"] for stack in answer["stacks"]] == list(GRAPH)
    assert answer["failures"] == []


def test_the_document_has_every_stack_with_its_seconds() -> None:
    answer = to_json(success())
    assert answer["stacks"][1] == {
        "name": "network",
        "outcome": "done",
        "depends_on": ["security"],
        "blocks": 1,
        "resources": 1,
        "seconds": {"init": 1, "plan": 2, "apply": 5, "again": 1.5},
        "changes_by_emulator_gaps": [],
        "changes": [],
        "problems": [],
    }
    assert answer["critical_path"] == {"security": 6, "network": 8, "storage": 12, "edge": 7}
    assert answer["outputs"]["edge.site_url"] == "https://dev.example.com"


def test_a_plan_that_changes_something_again_is_a_failure_of_its_stack() -> None:
    found = success()
    found.planned_again = {**planned_again(), "edge": track_(Outcome.FAILED)}
    found.verdicts = {"edge": verdict(unexplained=[AttributeChange("aws_a.b", "aws_a", "ttl")])}
    stack = to_json(found)["stacks"][3]
    assert (stack["outcome"], stack["changes"]) == ("failed", ["aws_a.b: ttl"])
    assert "Second plan: 1 left to change" in shown(found)


def test_what_only_a_newer_model_could_judge_is_told_once_for_each_kind(tmp_path: Path) -> None:
    calls = tmp_path / "calls.jsonl"
    vpc = {"service": "ec2", "name": "CreateVpc", "unknown": ["Shade", "tenancy = own"]}
    entries = [vpc, {"service": "ec2", "name": "CreateVpc"}, {**vpc, "unknown": ["Shade"]}]
    calls.write_text("".join(json.dumps(each) + "\n" for each in entries))
    found = success()
    found.unknown = unknown(calls)
    assert found.ok
    assert [line for line in shown(found) if line.startswith("not rehearsed")] == [
        "not rehearsed: ec2:CreateVpc has Shade (2 times), which the models of AWS here do not "
        "know: only AWS can tell",
        "not rehearsed: ec2:CreateVpc has tenancy = own, which the models of AWS here do not "
        "know: only AWS can tell",
    ]
    told = to_json(found)["unknown"]
    assert told[0] == {"call": "ec2:CreateVpc", "what": "Shade", "count": 2}
    assert found.unknown[1] == Unknown("ec2:CreateVpc", "tenancy = own", 1)


def test_a_lenient_account_is_named() -> None:
    found = success()
    line = "lenient: the account forgave what AWS refuses"
    assert line not in shown(found)
    assert to_json(found)["lenient"] is False
    found.lenient = True
    assert shown(found)[-2] == line
    assert to_json(found)["lenient"] is True
