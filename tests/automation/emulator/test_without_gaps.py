"""What only the emulator's gaps would change is no change."""

from typing import Any

from automation.emulator.gaps import Gap, without_gaps
from automation.terraform.plan import Action
from tests.automation.review.reviewing import entry, plan, reviewed, update

GAPS = (
    Gap("aws_lb", "deletion_protection", "forgotten"),
    Gap("aws_lb", "rule.expiration.days", "forgotten"),
)
BEFORE: dict[str, Any] = {
    "deletion_protection": False,
    "name": "a",
    "rule": [{"expiration": [{"days": 1}], "id": "x"}, {"expiration": [{"days": 2}], "id": "y"}],
}


def test_a_change_that_gaps_explain_is_none() -> None:
    change = update("aws_lb", BEFORE, deletion_protection=True)
    found = reviewed(network=without_gaps(plan(change), GAPS))
    assert found.changes == ()
    assert found.count(Action.NO_OP) == 1


def test_of_other_changes_only_the_rest_is_left() -> None:
    rule = [{"expiration": [{"days": 9}], "id": "x"}, {"expiration": [{"days": None}], "id": "y"}]
    change = update("aws_lb", BEFORE, deletion_protection=None, rule=rule, name="b")
    change["change"]["after_unknown"] = {
        "deletion_protection": True,
        "rule": [{}, {"expiration": [{"days": True}]}],
    }
    (found,) = reviewed(network=without_gaps(plan(change), GAPS)).changes
    assert [(each.name, each.old, each.new) for each in found.attributes] == [("name", "a", "b")]


def test_no_gap_explains_that_something_goes_away() -> None:
    changes = [
        entry("aws_lb", ["delete"], BEFORE, None),
        entry("aws_lb", ["delete", "create"], BEFORE, {**BEFORE, "deletion_protection": True}),
        update("aws_db_instance", BEFORE, deletion_protection=True),
    ]
    assert without_gaps(plan(*changes), GAPS) == plan(*changes)


def test_an_emulated_account_has_no_drift() -> None:
    drift = [entry("aws_lb", ["update"], BEFORE, {**BEFORE, "name": "b"})]
    assert reviewed(network=plan() | {"resource_drift": drift}).drifted != ()
    assert reviewed(network=without_gaps(plan() | {"resource_drift": drift}, ())).drifted == ()
