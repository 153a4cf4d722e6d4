"""Each right of the workflows' roles is needed, or spared for a reason: without it, calls fail.

What they need was recorded in rehearsals that created, planned, checked and destroyed environments
(`tests/automation/emulator/recorded.py`).
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest

from automation.bootstrap.stack import TEMPLATE
from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from tests.automation.emulator import recorded
from tests.automation.iam import rights
from tests.automation.iam.calls import ACCOUNT, bootstrapped, boundary
from tests.automation.iam.rights import Right

ROLES = {"deploy": "DeployRole", "plan": "PlanRole"}
SPARE = tomllib.loads((TEMPLATE.parent / "spare_rights.toml").read_text(encoding="utf-8"))


def prefixes(need: Mapping[str, Any]) -> str:
    """Whose platform a need is about."""
    found = re.search(r"\b(dev|prod)-349081\b", str(need))
    return found[0] if found else "dev-349081"


@cache
def state_key(prefix: str) -> str:
    """The key of a platform's states, by its alias."""
    for role in ROLES:
        for need in recorded.needs(role):
            aliases = need["context"].get("kms:ResourceAliases", ())
            if f"alias/{prefix}-tfstate" in aliases:
                return str(need["resource"])
    raise AssertionError(prefix)


@cache
def values(prefix: str) -> dict[str, str]:
    bucket = f"{prefix}-tfstate"
    return {
        "AWS::Region": "us-west-2",
        "Prefix": prefix,
        "Environment": prefix.partition("-")[0],
        "Application": prefix.partition("-")[2],
        "Protected": prefix if prefix.startswith("prod-") else "none",
        "StateBucket": f"{bucket}-{ACCOUNT}",
        "AccessLogBucket": f"{bucket}-logs-{ACCOUNT}",
        "StateKey.Arn": state_key(prefix),
    }


@cache
def policies(role: str, prefix: str) -> list[Policy]:
    return bootstrapped(ROLES[role], values(prefix))


@cache
def most(role: str, prefix: str) -> Policy | None:
    return boundary(values(prefix)) if role == "deploy" else None


def denied(role: str, without: Right | None = None) -> set[str]:
    """The actions that a role needs and may not do, without one of its rights."""
    found = set()
    for need in recorded.needs(role):
        prefix = prefixes(need)
        who = Principal.session(f"arn:aws:iam::{ACCOUNT}:role/{prefix}-{role}", role)
        call = Call(who, need["action"], need["resource"], need["context"], owner=ACCOUNT)
        identity, limit = lessened(role, prefix, without), most(role, prefix)
        if not decide(call, identity=identity, boundary=limit).allowed:
            found.add(need["action"])
    return found


@cache
def lessened(role: str, prefix: str, without: Right | None) -> Sequence[Policy]:
    return [rights.lessened(each, without) for each in policies(role, prefix)]


def granted(role: str) -> list[Right]:
    return rights.granted(policies(role, "dev-349081"))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_it_needs(role: str) -> None:
    assert len(recorded.needs(role)) > 100
    assert denied(role) == set()


@pytest.mark.parametrize(
    ("role", "right"),
    [(role, right) for role in ROLES for right in granted(role)],
    ids=lambda each: each if isinstance(each, str) else ":".join(each),
)
def test_a_right_that_is_taken_away_is_missed_or_has_its_reason(role: str, right: Right) -> None:
    missed = denied(role, without=right)
    spared = SPARE.get(role, {}).get(right[0], {}).get(right[1])
    if spared is None:
        assert missed, f"{right[1]} ({right[0]}) is never needed: take it away, or say why not"
        assert all(rights.covers(right, each) for each in missed)
    else:
        assert missed == set(), f"{right[1]} ({right[0]}) is needed: {spared}"


@pytest.mark.parametrize("role", ROLES)
def test_reasons_are_of_rights_that_there_are(role: str) -> None:
    named = {(sid, action) for sid, each in SPARE.get(role, {}).items() for action in each}
    assert named <= set(granted(role))
