"""The table of changes with their downtime, over all that is known of it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from automation.review.rules import RULES, Downtime, load
from tests.automation.review.reviewing import entry, only

ROWS: list[list[Any]] = tomllib.loads(
    (Path(__file__).parent / "downtimes.toml").read_text(encoding="utf-8")
)["rows"]
DOWNTIMES = load().downtimes
ACTIONS = {
    "replace": ["delete", "create"],
    "create first": ["create", "delete"],
    "destroy": ["delete"],
}


@pytest.mark.parametrize("row", ROWS, ids=[f"{n} {each[0]}" for n, each in enumerate(ROWS)])
def test_each_change_tells_for_how_long_something_is_away(row: list[Any]) -> None:
    type_, action, before, after, away = row
    found = only(entry(type_, ACTIONS.get(action, [action]), before, after or None))
    assert found.downtime == away


@pytest.mark.parametrize("downtime", DOWNTIMES, ids=lambda each: each.away)
def test_all_that_is_known_of_downtime_is_in_the_table(downtime: Downtime) -> None:
    assert any(downtime.away in row[4] for row in ROWS)


def test_whoever_says_for_how_long_is_named_above() -> None:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    above = [lines[n - 1] for n, line in enumerate(lines) if line == "[[downtime]]"]
    assert len(above) == len(DOWNTIMES)
    pages = ("docs.aws.amazon.com", "repost.aws", "developer.hashicorp.com")
    assert all(re.match(rf"# https://({'|'.join(pages)})/", each) for each in above)
