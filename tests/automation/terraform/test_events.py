from pathlib import Path

import pytest

from automation.terraform.progress import (
    AppliedResource,
    Event,
    Intended,
    Outputs,
    PlannedCounts,
    Problem,
    parse,
)

RECORDED = Path(__file__).parent / "recorded"


def events(recording: str) -> list[Event]:
    lines = (RECORDED / f"{recording}.jsonl").read_text(encoding="utf-8").splitlines()
    return [event for line in lines if (event := parse(line)) is not None]


def test_a_plan_says_how_many_resources_it_changes() -> None:
    assert [each for each in events("plan") if isinstance(each, PlannedCounts)] == [
        PlannedCounts(8)
    ]
    assert PlannedCounts(0) in events("plan_without_changes")


def test_a_plan_names_each_resource_and_what_is_done_with_it() -> None:
    intended = [each for each in events("plan") if isinstance(each, Intended)]
    assert len(intended) == 8
    assert {each.action for each in intended} == {"create"}
    assert not [each for each in events("plan_without_changes") if isinstance(each, Intended)]


def test_an_apply_names_each_resource_once_with_its_seconds() -> None:
    applied = [each for each in events("apply") if isinstance(each, AppliedResource)]
    assert len(applied) == len({each.address for each in applied}) == 8
    assert {each.action for each in applied} == {"create"}
    slowest = max(applied, key=lambda each: each.seconds)
    assert slowest.address.startswith("aws_kms_key.")
    assert slowest.seconds > 5


def test_an_apply_does_not_count_as_another_plan() -> None:
    assert not [each for each in events("apply") if isinstance(each, PlannedCounts)]


def test_outputs_have_their_values_but_no_secrets() -> None:
    outputs = [each for each in events("apply_with_outputs") if isinstance(each, Outputs)][-1]
    assert list(outputs.values) == ["name_servers"]
    assert len(outputs.values["name_servers"]) == 4


def test_what_fails_says_where_and_why() -> None:
    problems = [each for each in events("apply_failing") if isinstance(each, Problem)]
    assert {each.address.partition(".")[0] for each in problems} == {"aws_kms_alias"}
    assert str(problems[0]).startswith(f"{problems[0].address}: creating KMS Alias")
    assert "AlreadyExistsException" in str(problems[0])


def test_an_explanation_goes_below_its_summary() -> None:
    assert str(Problem("Invalid type", "Use aws_sqs_queue.")) == "Invalid type\nUse aws_sqs_queue."


@pytest.mark.parametrize(
    "line",
    [
        "",
        "panic: runtime error",
        "[]",
        "{",
        '{"type": "version", "terraform": "1.11.4"}',
        '{"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "old"}}',
        '{"type": "planned_change", "change": {"resource": {"addr": "a.b"}, "action": "noop"}}',
        '{"type": "apply_complete", "hook": {"resource": {"addr": "data.a.b"}, "action": "read",'
        ' "elapsed_seconds": 1}}',
    ],
)
def test_what_does_not_matter_is_no_event(line: str) -> None:
    assert parse(line) is None
