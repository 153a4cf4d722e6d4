"""Each right of the instance role is needed, or spared for a reason: without it, calls fail.

What instances ask as they boot was recorded (`tests/automation/emulator/recorded.py`); what their
agents ask stands in `instance_rights.toml`.
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
ROLE = f"arn:aws:iam::{SETTINGS.account_id}:role/{SETTINGS.naming.name('application')}"


@cache
def needs() -> Sequence[Mapping[str, Any]]:
    written = [{"context": {}, **each} for each in REVIEWED["needs"]]
    return [*recorded.needs("application"), *written]


@pytest.fixture(scope="module")
def policies(options: Tiers) -> Sequence[Policy]:
    """Those inside the role, about the keys, secrets and buckets that were recorded."""
    (api_key,) = SETTINGS.application.app.secrets.values()
    values = {
        placed.STORAGE_KEY: of("kms:Decrypt", "kms:ViaService", "s3."),
        placed.DATA_KEY: of("kms:Decrypt", "kms:ViaService", "secretsmanager."),
        placed.ARTIFACTS: SETTINGS.naming.bucket_arn("artifacts"),
        placed.ACCESS_POINT: of("s3:ListBucket", "s3:DataAccessPointArn", "arn:"),
        **dict.fromkeys(placed.SECRETS, of("secretsmanager:DescribeSecret")),
        api_key: of("secretsmanager:GetSecretValue", but="secret:database-"),
    }
    texts = placed.role_policies(options, SETTINGS.naming, values)
    return [Policy.parse(json.loads(text), name=name) for name, text in texts.items()]


def of(action: str, key: str = "", value: str = "", *, but: str = " ") -> str:
    """The resource on which an action was needed, with a condition key that starts so."""
    return next(
        str(each["resource"])
        for each in needs()
        if each["action"] == action
        and str(each["context"].get(key, "")).startswith(value)
        and but not in each["resource"]
    )


def denied(policies: Sequence[Policy], without: Right | None = None) -> set[str]:
    """The actions that the role needs and may not do, without one of its rights."""
    return set(_denied([rights.lessened(each, without) for each in policies]))


def _denied(policies: Sequence[Policy]) -> Iterator[str]:
    who = Principal.session(ROLE, "i-0123456789abcdef0")
    for need in needs():
        # What the bucket behind an access point says is the matter of its own policy.
        behind = need["resource"].startswith("arn:aws:s3:::")
        if behind and "s3:DataAccessPointArn" in need["context"]:
            continue
        call = Call(
            who, need["action"], need["resource"], need["context"], owner=SETTINGS.account_id
        )
        if not decide(call, identity=policies).allowed:
            yield need["action"]


def test_the_role_may_do_what_instances_need(policies: Sequence[Policy]) -> None:
    assert len(recorded.needs("application")) > 10
    assert denied(policies) == set()


def test_a_right_that_is_taken_away_is_missed_or_has_its_reason(
    policies: Sequence[Policy],
) -> None:
    unneeded, own = set(), {each.sid for each in SETTINGS.application.app.permissions}
    for right in rights.granted(policies):
        if right[0] in own:
            continue
        missed = denied(policies, without=right)
        if not missed:
            unneeded.add(right)
        assert all(rights.covers(right, each) for each in missed)
    spared = {(sid, action) for sid, each in REVIEWED["spare"].items() for action in each}
    assert unneeded == spared


def test_reasons_are_of_rights_that_there_are(policies: Sequence[Policy]) -> None:
    spare = REVIEWED["spare"].items()
    named = {(sid, action) for sid, each in spare for action in each}
    assert named <= set(rights.granted(policies))
    for each in REVIEWED["needs"]:
        assert re.match(r"https://docs\.aws\.amazon\.com/", each["page"])
