"""The table of changes with their risks and reasons, over every type of resource that there is."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.automation.review.reviewing import entry, only
from tests.promises import SHIPPED

ROOT = Path(__file__).parents[3]
TABLE: dict[str, list[Any]] = tomllib.loads(
    (Path(__file__).parent / "risks.toml").read_text(encoding="utf-8")
)
ROWS = [*TABLE["ours"], *TABLE["others"]]
# An event's target has no tags, and its `arn` is what it leads to.
TAGGED = sorted({row[0] for row in ROWS} - {"aws_cloudwatch_event_target"})
ACTIONS = {"replace": ["delete", "create"], "destroy": ["delete"]}


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {each[0]}" for n, each in enumerate(ROWS)])
def test_each_change_has_its_risk_for_its_reason(row: list[Any]) -> None:
    type_, action, before, after, risk, reason = row
    found = only(entry(type_, ACTIONS.get(action, [action]), before or None, after or None))
    assert (found.action, found.risk) == (action, risk)
    assert reason in found.reasons


@pytest.mark.parametrize("type_", TAGGED)
def test_another_tag_is_routine_whatever_has_it(type_: str) -> None:
    before, after = ({"tags": {"Owner": each}, "id": "a"} for each in ("us", "them"))
    found = only(entry(type_, ["update"], before, after, after_unknown={"arn": True}))
    assert (found.risk, found.reasons) == ("routine", ("it stays, and serves meanwhile",))


def test_the_table_has_all_that_terrace_makes_and_what_users_add_most() -> None:
    made = {
        line.split()[1].partition(".")[0]
        for file in (ROOT / "addresses").glob("*.txt")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.partition(" ")[0] in SHIPPED
    }
    ours, others = ({row[0] for row in TABLE[part]} for part in ("ours", "others"))
    assert made - ours == set()
    assert len(others - made) >= 30
    assert len({str(row[:4]) for row in ROWS}) >= 120
