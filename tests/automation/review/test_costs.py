"""A review says what its changes make of a month, in every form."""

from html import unescape
from typing import Any

import pytest

from automation.review import Review, html, markdown, text
from automation.review.terminal import show
from tests.automation.consoles import Consoles
from tests.automation.review.reviewing import entry, plan, reviewed, update

SMALL = {"instance_class": "db.t4g.micro", "engine": "mysql", "multi_az": False}
LARGER = update("aws_db_instance", SMALL, instance_class="db.m7g.large")
TAGGED = update("aws_db_instance", SMALL, tags={"a": "b"})
ANOTHER = entry("aws_nat_gateway", ["create"], None, {"subnet_id": "s"})
UNKNOWN = entry("aws_msk_cluster", ["create"], None, {"cluster_name": "c"})


def forms(review: Review) -> dict[str, str]:
    consoles = Consoles()
    show(review, consoles.console)
    return {
        "markdown": unescape(markdown.render(review)),
        "page": html.render(review),
        "terminal": consoles.output.getvalue(),
    }


@pytest.mark.parametrize("form", ["markdown", "page", "terminal"])
def test_each_form_says_what_a_change_and_all_of_them_cost(form: str) -> None:
    said = forms(reviewed(database=plan(LARGER), network=plan(ANOTHER)))[form]
    assert "cost: +110.96 dollars a month" in said
    assert "cost: +32.85 dollars a month" in said
    assert "Cost: +143.81 dollars a month: " in said
    assert "at prices of us-west-2 from 2024-07-18" in said


@pytest.mark.parametrize("form", ["markdown", "page", "terminal"])
def test_what_has_no_price_is_told_and_no_total_is_complete_without_it(form: str) -> None:
    said = forms(reviewed(queue=plan(UNKNOWN), network=plan(ANOTHER)))[form]
    assert "cost: not known of aws_msk_cluster: no price" in said
    assert "Cost: +32.85 dollars a month, and what has no price: " in said


def test_a_stack_without_a_price_has_a_question_mark() -> None:
    said = markdown.render(reviewed(queue=plan(UNKNOWN), network=plan(ANOTHER)))
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert sorted(row.split("|")[-2].strip() for row in rows) == ["+32.85", "?", "a month"]


def test_what_costs_nothing_says_nothing() -> None:
    review = reviewed(database=plan(TAGGED))
    assert not review.cost
    assert all("ost:" not in each for each in forms(review).values())


def test_machines_get_it_by_change_stack_and_in_all() -> None:
    found: dict[str, Any] = text.to_json(reviewed(database=plan(LARGER), queue=plan(UNKNOWN)))
    database, queue = sorted(found["stacks"], key=lambda each: str(each["name"]))
    expected = {
        "before": 11.68,
        "after": 122.64,
        "difference": 110.96,
        "complete": True,
        "unpriced": [],
    }
    assert database["cost"] == database["changes"][0]["cost"] == expected
    assert queue["cost"]["complete"] is False
    unpriced = ["aws_msk_cluster: no price"]
    assert found["cost"] == {**expected, "complete": False, "unpriced": unpriced}
