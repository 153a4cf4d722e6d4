"""Policies that allow more without bounds, or deny less, and how they are told."""

import json
from typing import Any

import pytest

from automation.review.reach import allows_more, denies_less, widened
from automation.terraform.diff import UNKNOWN
from tests.automation.review.reviewing import entry, only, plan, reviewed, update


def statement(**given_: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "a", **given_}]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, statement(Action="*"), True),
        (None, statement(Action=["s3:GetObject", "S3:*"]), True),
        (statement(), statement(Resource=["a", "*"]), True),
        (statement(), statement(Action=["s3:GetObject", "ec2:DescribeTags"], Resource="b"), False),
        (None, statement(Action="cloudwatch:PutMetricData", Resource="*"), False),
        (statement(), statement(Principal="*"), True),
        (statement(), statement(Principal={"AWS": ["*"]}, Condition={"Bool": {}}), False),
        (
            None,
            statement(
                Principal={"AWS": "arn:aws:iam::123456789012:root"}, Action="kms:*", Resource="*"
            ),
            False,
        ),
        (statement(), statement(Effect="Deny", Action="*", Principal="*"), False),
        (statement(Action="*"), statement(Action="*"), False),
    ],
)
def test_policies_that_are_widened(before: Any, after: Any, expected: bool) -> None:
    assert widened(before, after) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (statement(Effect="Deny", Action=["s3:*", "s3:GetObject"], Resource=["a", "b"]), False),
        (statement(Effect="Deny", Resource="b"), True),
        (statement(Effect="Deny", Condition={"Bool": {}}), True),
        (statement(), True),
        (None, True),
        (UNKNOWN, False),
    ],
)
def test_policies_that_deny_less(after: Any, expected: bool) -> None:
    assert denies_less(statement(Effect="Deny"), after) is expected
    assert not denies_less(None, after)


def where(**values: Any) -> dict[str, Any]:
    return statement(Condition={"StringEquals": values})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, statement(), True),
        (statement(), statement(), False),
        (statement(), {"Statement": []}, False),
        (statement(), statement(Action=["s3:GetObject", "s3:PutObject"]), True),
        (statement(Action=["s3:GetObject", "s3:PutObject"]), statement(), False),
        (statement(), statement(Resource=["a", "b"]), True),
        (statement(Resource="a*"), statement(Resource="ab*"), False),
        (statement(Resource="ab*"), statement(Resource="a*"), True),
        (statement(Resource="a?"), statement(Resource="a*"), True),
        (statement(Action="s3:*"), statement(Action="s3:getobject"), False),
        (statement(), where(a="1"), False),
        (where(a="1"), statement(), True),
        (where(a="1"), where(a="1", b="2"), False),
        (where(a="1"), where(b="2"), True),
        (where(a=["1", "2"]), where(a="1"), False),
        (where(a="1"), where(a=["1", "2"]), True),
        (
            statement(Condition={"StringNotEquals": {"a": ["1", "2"]}}),
            statement(Condition={"StringNotEquals": {"a": "1"}}),
            True,
        ),
        (statement(Principal={"AWS": "1"}), statement(Principal={"AWS": "2"}), True),
        (statement(), UNKNOWN, True),
        (statement(), statement(Effect="Deny", Action="*"), False),
    ],
)
def test_policies_that_allow_more(before: Any, after: Any, expected: bool) -> None:
    assert allows_more(before, after) is expected


def test_a_role_that_may_do_more_asks_for_care_and_one_that_may_do_less_does_not() -> None:
    before, after = json.dumps(statement()), json.dumps(statement(Action="s3:PutObject"))
    found = only(update("aws_iam_role_policy", {"policy": before}, policy=after))
    assert (found.risk, found.reasons) == ("careful", ("who has the role may do more",))
    narrower = json.dumps(where(a="1"))
    found = only(update("aws_iam_role_policy", {"policy": before}, policy=narrower))
    assert (found.risk, found.reasons) == ("routine", ("it stays, and serves meanwhile",))


def test_a_first_policy_widens_a_role_that_is_there_and_is_part_of_one_that_is_new() -> None:
    role = {"name": "application"}
    given = {"role": "application", "policy": json.dumps(statement())}
    policy = entry("aws_iam_role_policy", ["create"], None, given)
    assert only(policy).reasons == ("who has the role may do more",)
    both = reviewed(application=plan(policy, entry("aws_iam_role", ["create"], None, role)))
    assert {each.risk for each in both.changes} == {"routine"}


def test_another_policy_that_changes_otherwise_asks_for_care() -> None:
    before, after = json.dumps(statement()), json.dumps(statement(Action="s3:PutObject"))
    found = only(update("aws_iam_policy", {"policy": before}, policy=after))
    assert (found.risk, found.reasons) == ("careful", ("who may do what changes",))


def test_a_policy_is_read_as_the_text_that_a_plan_has() -> None:
    before, after = json.dumps(statement()), json.dumps(statement(Action="s3:*"))
    found = only(update("aws_iam_role_policy", {"policy": before}, policy=after))
    assert found.reasons == ("a policy is widened to *",)
    assert [(each.name, each.old, each.new) for each in found.attributes] == [
        ("policy.Statement.Action", "s3:GetObject", "s3:*")
    ]
