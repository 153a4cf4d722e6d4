"""Plans for the tests, and their review.

`recorded/` holds what the real Terraform and provider planned for changes such as pull requests
bring: what stays as it is was left out but for two resources.
"""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from automation.review import Approval, Review, review_of, rules
from automation.review.changes import Change
from automation.terraform.masking import Mask

RECORDED = Path(__file__).parent / "recorded"
TODAY = date(2026, 11, 23)
RULES = rules.load()


def recorded(name: str) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return plan


def plan(*changes: Mapping[str, Any], upstreams: Iterable[str] = ()) -> dict[str, Any]:
    lookups = [
        {
            "address": f"data.terraform_remote_state.{each}",
            "type": "terraform_remote_state",
            "mode": "data",
            "expressions": {"config": {"constant_value": {"key": f"p/{each}/terraform.tfstate"}}},
        }
        for each in upstreams
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": list(changes),
        "configuration": {"root_module": {"resources": lookups}},
    }


def update(type_: str, before: Mapping[str, Any], **after: Any) -> dict[str, Any]:
    """An update in place; None takes an attribute away."""
    return entry(type_, ["update"], before, {**before, **after})


def entry(
    type_: str, actions: Sequence[str], before: Any, after: Any, **more: Any
) -> dict[str, Any]:
    change = {
        "actions": list(actions),
        "before": copy.deepcopy(before),
        "after": copy.deepcopy(after),
        "after_unknown": more.pop("after_unknown", {}),
        "before_sensitive": more.pop("before_sensitive", {}),
        "after_sensitive": more.pop("after_sensitive", {}),
        "replace_paths": more.pop("replace_paths", []),
    }
    if "importing" in more:
        change["importing"] = more.pop("importing")
    name = more.pop("name", "it")
    return {
        "address": f"{type_}.{name}",
        "mode": "managed",
        "type": type_,
        "name": name,
        "change": change,
        **more,
    }


def reviewed(*approvals: Approval, expected: Sequence[str] = (), **plans: Any) -> Review:
    return review_of(
        plans,
        title="Plan of prod",
        rules=RULES,
        environment="prod",
        approvals=approvals,
        today=TODAY,
        mask=Mask({}),
        expected=expected,
    )


def only(change: Mapping[str, Any]) -> Change:
    """The one change, as reviewed."""
    (found,) = reviewed(network=plan(change)).changes
    return found


def plans_of(number: int) -> dict[str, Any]:
    """Plans of four stacks with so many changes, of each action and risk."""
    names = ("security", "network", "database", "application")
    plans: dict[str, Any] = {}
    for place, name in enumerate(names):
        found = [_one(index) for index in range(place, number, len(names))]
        plans[name] = plan(*found, upstreams=names[:place])
    return plans


def many(number: int) -> Review:
    """The review of so many changes."""
    return reviewed(**plans_of(number))


def _one(index: int) -> dict[str, Any]:
    values = {f"attribute_{each}": f"value {each} of {index}" for each in range(12)}
    later = {**values, "attribute_1": "another", "instance_type": "m7g.large"}
    kinds: tuple[tuple[str, list[str], Any, Any], ...] = (
        ("aws_ssm_parameter", ["create"], None, values),
        ("aws_ssm_parameter", ["update"], values, later),
        ("aws_launch_template", ["update"], values, later),
        ("aws_db_subnet_group", ["delete", "create"], values, later),
        ("aws_s3_bucket", ["delete"], values, None),
    )
    type_, actions, before, after = kinds[index // 4 % len(kinds)]
    return entry(type_, actions, before, after, name=f"n{index}")
