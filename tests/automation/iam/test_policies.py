import json
from typing import Any

import pytest

from automation.iam import Call, decide
from automation.iam.policies import Actions, MalformedPolicyError, Policy
from tests.automation.iam.calls import ANNA, BUCKET, allow, call, deny, policy, statement

MAPPING = {"Version": "2012-10-17", "Statement": [statement()]}


@pytest.mark.parametrize(
    ("written", "named", "others"),
    [
        ("s3:GetObject", ["s3:GetObject", "S3:getobject"], ["s3:GetObjectAcl", "s3:PutObject"]),
        ("s3:*", ["s3:GetObject", "s3:"], ["sts:GetObject"]),
        ("s3:Get*Acl", ["s3:GetObjectAcl", "s3:GetAcl"], ["s3:GetObject"]),
        ("s3:?etObject", ["s3:GetObject", "s3:SetObject"], ["s3:etObject"]),
        ("*", ["s3:GetObject", "iam:PassRole"], []),
        (["iam:Get*", "iam:List*"], ["iam:GetRole", "iam:ListRoles"], ["iam:PutRolePolicy"]),
    ],
)
def test_actions(written: Any, named: list[str], others: list[str]) -> None:
    for action in (*named, *others):
        asked = Call(ANNA, action, "*")
        assert decide(asked, identity=[allow(Action=written)]).allowed is (action in named)
        assert decide(asked, identity=[allow(NotAction=written)]).allowed is (action in others)


def test_actions_tell_which_of_their_patterns_name_one() -> None:
    written = Actions(("s3:GetObject", "s3:Get*", "iam:*"))
    assert written.matching("s3:GetObject") == ("s3:GetObject", "s3:Get*")
    assert written.matching("S3:GETOBJECTACL") == ("s3:Get*",)
    assert written.matching("kms:Decrypt") == ()


GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/shop:log-stream:one"


@pytest.mark.parametrize(
    ("written", "named", "others"),
    [
        (f"{BUCKET}/*", [f"{BUCKET}/a/b", f"{BUCKET}/"], [BUCKET, f"{BUCKET}2/a"]),
        ("*", ["*", BUCKET, GROUP], []),
        (BUCKET, [BUCKET], [BUCKET.upper(), "*"]),
        ("arn:aws:logs:*:*:*", [GROUP], [BUCKET]),
        # No wildcard passes from one part of an ARN to the next, but the last may have colons.
        ("arn:aws:logs:*:log-group:*", [], [GROUP]),
        ("arn:aws:logs:*:123456789012:log-group:*:one", [GROUP], []),
        ("arn:aws:logs:*", [GROUP], [BUCKET]),
        ("arn:*:logs:eu-????-1:*:*/shop*", [GROUP], [BUCKET]),
        ([BUCKET, f"{BUCKET}/*"], [BUCKET, f"{BUCKET}/a"], [f"{BUCKET}-b"]),
        ("arn:aws:s3:::shop.data", ["arn:aws:s3:::shop.data"], [BUCKET]),
    ],
)
def test_resources(written: Any, named: list[str], others: list[str]) -> None:
    for resource in (*named, *others):
        asked = call(resource=resource)
        assert decide(asked, identity=[allow(Resource=written)]).allowed is (resource in named)
        negated = allow(NotResource=written)
        assert decide(asked, identity=[negated]).allowed is (resource in others)


@pytest.mark.parametrize(
    ("written", "keys", "resource", "allowed"),
    [
        ("${aws:username}/*", {}, "anna/file", True),
        ("${aws:username}/*", {}, "bert/file", False),
        ("${AWS:UserName}/*", {}, "anna/file", True),
        ("${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "blue"}, "blue", True),
        ("${aws:PrincipalTag/team}", {}, "", False),
        ("${aws:PrincipalTag/team, 'all'}", {}, "all", True),
        ("${aws:PrincipalTag/team, 'all'}", {"aws:PrincipalTag/team": "blue"}, "all", False),
        # What stands in place of a variable has no wildcards.
        ("${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "*"}, "blue", False),
        ("${aws:PrincipalTag/team}", {"aws:PrincipalTag/team": "*"}, "*", True),
        ("${aws:CalledVia}", {"aws:CalledVia": ["a", "b"]}, "a", False),
        ("${*}${?}${$}", {}, "*?$", True),
        ("${*}", {}, "anything", False),
    ],
)
def test_variables(written: str, keys: dict[str, Any], resource: str, allowed: bool) -> None:
    asked = call(resource=f"{BUCKET}/{resource}", who=ANNA, keys=keys)
    found = decide(asked, identity=[allow(Resource=f"{BUCKET}/{written}")])
    assert found.allowed is allowed


def test_variables_in_conditions() -> None:
    own = allow(Condition={"StringLike": {"s3:prefix": ["", "home/${aws:username}/*"]}})
    assert decide(call(who=ANNA, keys={"s3:prefix": "home/anna/x"}), identity=[own]).allowed
    assert decide(call(who=ANNA, keys={"s3:prefix": ""}), identity=[own]).allowed
    assert not decide(call(who=ANNA, keys={"s3:prefix": "home/bert/x"}), identity=[own]).allowed


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringNotLike"])
def test_a_condition_fails_where_a_variable_has_no_value(operator: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    same = deny(Condition={operator: {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    tagged = call(keys={"aws:ResourceTag/team": "blue"})
    assert decide(tagged, identity=[allow(), same]).allowed


def test_not_resource_means_nothing_where_a_variable_has_no_value() -> None:
    others = allow(NotResource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*")
    assert not decide(call(), identity=[others]).allowed
    assert decide(call(keys={"aws:PrincipalTag/team": "blue"}), identity=[others]).allowed


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_older_policies_have_no_variables(version: str | None) -> None:
    document = {"Statement": statement(Resource=f"{BUCKET}/${{aws:username}}")}
    old = Policy.parse({**document, "Version": version} if version else document)
    assert not decide(call(resource=f"{BUCKET}/anna", who=ANNA), identity=[old]).allowed
    literal = call(resource=f"{BUCKET}/${{aws:username}}", who=ANNA)
    assert decide(literal, identity=[old]).allowed


def test_a_policy_may_be_text_and_have_one_statement() -> None:
    text = json.dumps({"Version": "2012-10-17", "Id": "one", "Statement": statement(Sid="All")})
    parsed = Policy.parse(text, name="everything")
    assert (parsed.name, parsed.version) == ("everything", "2012-10-17")
    (found,) = parsed.statements
    assert (found.sid, found.number, found.allows) == ("All", 1, True)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "invalid Json"),
        ("[]", "Syntax errors"),
        ('{"Statement": [], "Statement": []}', "Syntax errors"),
        ({}, "Syntax errors"),
        ({**MAPPING, "Statement": []}, "Syntax errors"),
        ({**MAPPING, "Statements": []}, "Syntax errors"),
        ({**MAPPING, "Version": "2012-10-18"}, "valid version string"),
        ({"Statement": "Allow"}, "Syntax errors"),
        ({"Statement": {**statement(), "Effects": "Allow"}}, "Syntax errors"),
        ({"Statement": {"Action": "*", "Resource": "*"}}, "Invalid effect"),
        ({"Statement": statement(Effect="allow")}, "Invalid effect: allow"),
        ({"Statement": statement(Action=None)}, "must contain actions"),
        ({"Statement": statement(Action=[])}, "must contain actions"),
        ({"Statement": statement(Action=1)}, "Syntax errors"),
        ({"Statement": {**statement(), "NotAction": "*"}}, "Syntax errors"),
        ({"Statement": statement(Action="GetObject")}, "prefaced by a vendor"),
        ({"Statement": statement(Resource=None)}, "must contain resources"),
        ({"Statement": statement(Resource="shop-data")}, 'in ARN format or "*"'),
        ({"Statement": {**statement(), "NotResource": "*"}}, "Syntax errors"),
        ({"Statement": statement(Principal="anna")}, "Invalid principal in policy$"),
        ({"Statement": statement(Principal={})}, "Invalid principal in policy$"),
        ({"Statement": statement(Principal={"User": "anna"})}, "Invalid principal"),
        ({"Statement": statement(Principal="*", NotPrincipal="*")}, "Syntax errors"),
        ({"Statement": statement(Condition=["Bool"])}, "Syntax errors"),
        ({"Statement": statement(Condition={"Bool": "true"})}, "Syntax errors"),
    ],
)
def test_what_is_malformed_is_refused(document: Any, message: str) -> None:
    with pytest.raises(MalformedPolicyError, match=message):
        Policy.parse(document)


def test_statements_are_counted_as_aws_does() -> None:
    parsed = policy(statement(), statement("Deny"))
    assert [each.number for each in parsed.statements] == [1, 2]
