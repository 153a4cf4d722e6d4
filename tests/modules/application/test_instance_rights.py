"""Each right of an instance's roles is needed, or spared for a reason: without it, calls fail.

What instances and their processes ask as they boot was recorded
(`tests/automation/emulator/recorded.py`); what their agents ask stands in `instance_rights.toml`.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import modules.application
from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from config import load
from tests.automation.emulator import recorded
from tests.automation.iam import rights
from tests.automation.iam.rights import Right
from tests.conftest import OPTIONS, Tiers
from tests.modules.application.boot import placed

SETTINGS = load(OPTIONS)
REVIEWED = tomllib.loads(
    (Path(modules.application.__file__).parent / "instance_rights.toml").read_text(encoding="utf-8")
)
ROLES = ("application", "web", "release")
Policies = Mapping[str, Sequence[Policy]]


@cache
def needs(role: str) -> Sequence[Mapping[str, Any]]:
    written = [{"context": {}, **each} for each in REVIEWED["needs"] if each["role"] == role]
    return [*recorded.needs(role), *written]


@pytest.fixture(scope="module")
def policies(options: Tiers) -> Policies:
    """Those inside each role, about the keys, secrets and buckets that were recorded."""
    (api_key,) = SETTINGS.application.app.secrets.values()
    through, bucket = "s3:DataAccessPointArn", "arn:aws:s3:::"
    point = of("application", "s3:PutObject", through, "arn:", but=bucket)
    values = {
        placed.STORAGE_KEY: of("application", "kms:Decrypt", "kms:ViaService", "s3."),
        placed.DATA_KEY: of("web", "kms:Decrypt", "kms:ViaService", "secretsmanager."),
        placed.ARTIFACTS: SETTINGS.naming.bucket_arn("artifacts"),
        placed.ACCESS_POINT: point.partition("/object/")[0],
        **dict.fromkeys(placed.SECRETS, of("web", "secretsmanager:DescribeSecret")),
        api_key: of("web", "secretsmanager:GetSecretValue", but="secret:database-"),
    }
    return {
        role: [Policy.parse(json.loads(text), name=name) for name, text in texts.items()]
        for role, texts in placed.role_policies(options, SETTINGS.naming, values).items()
    }


def of(role: str, action: str, key: str = "", value: str = "", *, but: str = " ") -> str:
    """The resource on which an action was needed, with a condition key that starts so."""
    return next(
        str(each["resource"])
        for each in needs(role)
        if each["action"] == action
        and str(each["context"].get(key, "")).startswith(value)
        and but not in each["resource"]
    )


def denied(role: str, policies: Sequence[Policy], without: Right | None = None) -> set[str]:
    """The actions that a role needs and may not do, without one of its rights."""
    return set(_denied(role, [rights.lessened(each, without) for each in policies]))


def _denied(role: str, policies: Sequence[Policy]) -> Iterator[str]:
    naming = SETTINGS.naming
    arn = naming.arn("iam", f"role/{naming.name(role)}", region="")
    who = Principal.session(arn, "i-0123456789abcdef0")
    for need in needs(role):
        # What the bucket behind an access point says is the matter of its own policy.
        behind = need["resource"].startswith("arn:aws:s3:::")
        if behind and "s3:DataAccessPointArn" in need["context"]:
            continue
        call = Call(
            who, need["action"], need["resource"], need["context"], owner=SETTINGS.account_id
        )
        if not decide(call, identity=policies).allowed:
            yield need["action"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_instances_need(role: str, policies: Policies) -> None:
    assert len(recorded.needs(role)) >= (10 if role == "application" else 3)
    assert denied(role, policies[role]) == set()


@pytest.mark.parametrize("role", ROLES)
def test_a_right_that_is_taken_away_is_missed_or_has_its_reason(
    role: str, policies: Policies
) -> None:
    unneeded, own = set(), {each.sid for each in SETTINGS.application.app.permissions}
    for right in rights.granted(policies[role]):
        if right[0] in own:
            continue
        missed = denied(role, policies[role], without=right)
        if not missed:
            unneeded.add(right)
        assert all(rights.covers(right, each) for each in missed)
    assert unneeded == spared(role)


def spared(role: str) -> set[Right]:
    spare = REVIEWED["spare"].get(role, {}).items()
    return {(sid, action) for sid, each in spare for action in each}


def test_reasons_are_of_rights_that_there_are(policies: Policies) -> None:
    assert policies.keys() == {*ROLES}
    for role in ROLES:
        assert spared(role) <= set(rights.granted(policies[role]))
    for each in REVIEWED["needs"]:
        assert each["role"] in ROLES
        assert re.match(r"https://docs\.aws\.amazon\.com/", each["page"])
