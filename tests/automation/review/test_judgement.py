"""Real plans written otherwise: in another order, under other names, in modules. All else stays."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.terraform import plan as terraform_plan
from tests.automation.review.reviewing import RECORDED, recorded, reviewed

PLANS = sorted(file.stem for file in RECORDED.glob("*.json"))
MARKS = ("after_unknown", "before_sensitive", "after_sensitive")
# Names that mean nothing but to tell blocks apart.
NAMES = {"rule": ("id", "rule_name"), "lifecycle_rule": ("id",), "Statement": ("Sid",)}
Judgement = set[tuple[str, str, str, tuple[str, ...]]]


def judgement(plan: dict[str, Any]) -> Judgement:
    found = terraform_plan.parse(json.dumps(plan), "it")
    return {
        (each.type, each.action, each.risk, each.reasons)
        for each in reviewed(platform=found).changes
    }


def changes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in (*plan.get("resource_changes", ()), *plan.get("resource_drift", ())):
        yield each["change"]


def shuffled(value: Any, marks: list[Any], random: Random) -> tuple[Any, list[Any]]:
    """A value and its marks with every list, also in JSON texts, in another order."""
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(shuffled(json.loads(value), [], random)[0]), marks
    if isinstance(value, dict):
        found = {
            key: shuffled(
                each, [mark.get(key) if isinstance(mark, dict) else mark for mark in marks], random
            )
            for key, each in value.items()
        }
        whole = [
            {**mark, **{key: each[1][n] for key, each in found.items() if key in mark}}
            if isinstance(mark, dict)
            else mark
            for n, mark in enumerate(marks)
        ]
        return {key: each[0] for key, each in found.items()}, whole
    if isinstance(value, list):
        full = [mark for mark in marks if isinstance(mark, list) and len(mark) == len(value)]
        rest = [mark for mark in marks if mark not in full]
        items = [shuffled(each, [mark[n] for mark in full], random) for n, each in enumerate(value)]
        random.shuffle(items)
        mixed = iter([[each[1][n] for each in items] for n in range(len(full))])
        return [each[0] for each in items], [m if m in rest else next(mixed) for m in marks]
    return value, marks


def reorder(plan: dict[str, Any], random: Random) -> None:
    for change in changes(plan):
        change["before"], (change["before_sensitive"],) = shuffled(
            change["before"], [change.get("before_sensitive")], random
        )
        change["after"], (change["after_unknown"], change["after_sensitive"]) = shuffled(
            change["after"], [change.get("after_unknown"), change.get("after_sensitive")], random
        )
    random.shuffle(plan["resource_changes"])


def rename(plan: dict[str, Any], random: Random) -> None:
    """Other names for blocks afterwards."""

    def renamed(value: Any, block: str = "") -> Any:
        if isinstance(value, list):
            return [renamed(each, block) for each in value]
        if isinstance(value, dict):
            found = {key: renamed(each, key) for key, each in value.items()}
            for name in set(NAMES.get(block, ())) & found.keys():
                found[name] = f"{random.randrange(10**9)}"
            return found
        return value

    for change in changes(plan):
        change["after"] = renamed(change["after"])


def nest(plan: dict[str, Any], _: Random) -> None:
    """Everything in a module, and the filters of a life cycle one deeper."""
    for each in (*plan.get("resource_changes", ()), *plan.get("resource_drift", ())):
        each["address"] = f'module.all["x.y"].{each["address"]}'
        for side in ("before", "after"):
            values = each["change"][side]
            rules = values.get("rule", ()) if isinstance(values, dict) else ()
            for rule in rules:
                if isinstance(rule.get("filter"), list):
                    rule["filter"] = [{"and": rule["filter"]}]


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("way", [reorder, rename, nest])
@settings(deadline=None, max_examples=8)
@given(st.randoms(use_true_random=False))
def test_the_judgement_stays(name: str, way: Any, random: Random) -> None:
    plan = recorded(name)
    was = judgement(plan)
    other = copy.deepcopy(plan)
    way(other, random)
    assert judgement(other) == was


RIGHT = {
    "lifecycle_rule_added": {"objects are deleted that are kept today, or sooner than today"},
    "lifecycle_only_reordered": set(),
    "mixed_backup_acl_encryption_sg": {
        "a rule is lost by which backups are made",
        "encryption is switched off",
        "the bucket is made public",
    },
    "aurora_private_instance": set(),
    "targeted": set(),
    "shapes_and_failed_check": set(),
    "action_invoked": set(),
    "old_format": set(),
}


@pytest.mark.parametrize("name", RIGHT)
def test_plans_that_were_judged_amiss_are_judged_right(name: str) -> None:
    found = reviewed(platform=recorded(name)).blocking
    assert {reason for each in found for reason in each.reasons} == RIGHT[name]


def test_an_opening_that_is_narrowed_is_none() -> None:
    found = reviewed(platform=recorded("mixed_backup_acl_encryption_sg")).changes
    narrowed = {each.type: each.reasons for each in found if "security_group" in each.type}
    assert set(narrowed.values()) == {
        ("less traffic is let in: who came in that way no longer does",)
    }


def test_the_same_rules_in_another_order_are_told_as_that() -> None:
    (change,) = reviewed(platform=recorded("lifecycle_only_reordered")).changes
    assert change.risk == "routine"
    assert [(each.name, each.old, each.new) for each in change.attributes] == [
        (
            "rule (order)",
            ["draft-queue", "delete-stitch-data"],
            ["delete-stitch-data", "draft-queue"],
        )
    ]
