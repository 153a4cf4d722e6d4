"""Permissions of the application's own: the policies say what settings say, and no more."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from config import Settings, load, parse
from config.permissions import KINDS, Permission, filled
from modules.application.own_permissions import own_permissions
from modules.network.endpoints import let_through
from modules.policy import Statement, policy_document
from tests.automation.iam.calls import ACCOUNT, boundary
from tests.config.test_properties import hundreds
from tests.config.test_rules import MINIMAL
from tests.conftest import OPTIONS, Tiers

NAMING = parse(MINIMAL, "prod", "prod.toml").naming
WHO = Principal.session(f"arn:aws:iam::{ACCOUNT}:role/{NAMING.name('web')}", "i-1")
BOUNDARY = boundary(
    {"Prefix": NAMING.prefix, "Environment": "prod", "Application": "349081", "Protected": "none"}
)
VALUE = {"aws:RequestTag/of": "shop"}
ONLY = {"operator": "StringEquals", "key": "aws:RequestTag/of", "values": ["shop", "{prefix}"]}


@st.composite
def permissions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Statements that settings accept: some of the actions, one of two resources or a pattern."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4, unique=True))
    return [
        {
            "sid": f"Own{number}",
            "actions": draw(st.lists(st.sampled_from(kind.actions), min_size=1, unique=True)),
            "resources": draw(
                st.lists(st.sampled_from(resources(kind.example)), min_size=1, unique=True)
            ),
            "conditions": draw(st.sampled_from(([], [ONLY]))),
        }
        for number, kind in enumerate(kinds)
    ]


def resources(example: str) -> list[str]:
    """Two of a kind, and where its names are of one's own choice, all that begin like the first."""
    if "/*" in example:
        return [example, example.replace("pictures", "papers")]
    if "/12345678-" in example:
        return [example, example.replace("12345678", "87654321")]
    return [example, f"{example}2", f"{example}*"]


def settings(written: list[dict[str, Any]]) -> Settings:
    return parse({**MINIMAL, "application": {"app": {"permissions": written}}}, "prod", "prod.toml")


def allowed(policy: str, endpoint: str | None, action: str, resource: str, **keys: str) -> bool:
    call = Call(WHO, action, resource, keys, owner=ACCOUNT)
    through = Policy.parse(endpoint) if endpoint else None
    identity = [Policy.parse(policy)]
    return decide(call, identity=identity, boundary=BOUNDARY, endpoint=through).allowed


@hundreds(100)
@given(written=permissions())
def test_the_role_may_do_just_what_is_written_within_the_boundary(
    written: list[dict[str, Any]],
) -> None:
    own = settings(written).application.app.permissions
    document = policy_document(*own_permissions(NAMING, own))
    for kind in KINDS:
        for example in (each for each in resources(kind.example) if not each.endswith("2*")):
            arn = filled(example, NAMING).replace("*", "x")
            for action in kind.actions:
                for keys in ({}, VALUE):
                    expected = any(is_meant(each, action, arn, keys) for each in own)
                    assert allowed(document, None, action, arn, **keys) is expected, (action, arn)


def is_meant(permission: Permission, action: str, arn: str, keys: dict[str, str]) -> bool:
    """What is written, read without a policy."""
    written = [filled(each, NAMING) for each in permission.resources]
    named = any(
        arn.startswith(each[:-1]) if each.endswith("*") else arn == each for each in written
    )
    return action in permission.actions and named and (bool(keys) or not permission.conditions)


@hundreds(50)
@given(written=permissions())
def test_gateway_endpoints_let_through_what_is_written(written: list[dict[str, Any]]) -> None:
    own = own_permissions(NAMING, settings(written).application.app.permissions)
    for statement in own:
        service = statement.actions[0].partition(":")[0]
        through = policy_document(*let_through(NAMING, service, own))
        for resource in statement.resources:
            arn = resource.replace("*", "x")
            assert allowed(policy_document(*own), through, statement.actions[0], arn, **VALUE)


def test_the_choices_reach_the_role_and_the_endpoints(options: Tiers) -> None:
    naming = load(OPTIONS).naming
    own = {
        id_.partition("_use-own_")[0]: each["policy"]
        for id_, each in options["application"].resources("aws_iam_role_policy").items()
        if "_use-own_" in id_
    }
    # The release command is the application's as much as what it prepares.
    role = own.pop("role_web")
    assert own == {"role_release": role}
    orders, pictures = json.loads(role)["Statement"]
    assert orders == {
        "Sid": "Orders",
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
        "Resource": [naming.arn("dynamodb", f"table/{naming.prefix}-orders")],
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["shop"]}},
    }
    endpoints = options["network"].resources("aws_vpc_endpoint").values()
    (s3,) = (each for each in endpoints if each["service_name"].endswith(".s3"))
    statements = {each["Sid"]: each for each in json.loads(s3["policy"])["Statement"]}
    found = statements["ApplicationPictures"]
    assert (found["Action"], found["Resource"]) == (pictures["Action"], pictures["Resource"])
    assert found["Condition"] == {"StringEquals": {"aws:PrincipalAccount": naming.account_id}}


def test_there_is_room_in_a_role_for_statements_of_ones_own(options: Tiers, prod: Tiers) -> None:
    # What Terraform fills in, an ARN for a reference, is about as long as what stands for it.
    for tiers in (options, prod):
        sizes: Counter[str] = Counter()
        for id_, each in tiers["application"].resources("aws_iam_role_policy").items():
            document = json.loads(each["policy"])
            size = len(json.dumps(document, separators=(",", ":")))
            sizes[each["role"]] += 4096 if "_use-own_" in id_ else size
        assert len(sizes) == 3
        assert max(sizes.values()) < 10240


@pytest.mark.parametrize("sid", ["OwnBuckets", "AwsPackages"])
def test_a_sid_may_be_one_of_an_endpoint(sid: str) -> None:
    statement = Statement(sid=sid, actions=["s3:GetObject"], resources=["arn:aws:s3:::x/*"])
    (through,) = let_through(NAMING, "s3", [statement])
    assert through.sid not in {"OwnBuckets", "AwsPackages"}
