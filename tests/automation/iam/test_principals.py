"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""

from typing import Any

import pytest

from automation.iam import Decision, PolicyType, ResourcePolicy, decide
from automation.iam.principals import Principal
from tests.automation.iam.calls import (
    ACCOUNT,
    ANNA,
    IN_ROLE,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    USER,
    allow,
    call,
    deny,
    policy,
    statement,
)

LOGS = Principal.service("logs.amazonaws.com", "logs.eu-west-1.amazonaws.com")


def granting(principal: Any, **elements: Any) -> ResourcePolicy:
    return ResourcePolicy(allow(Principal=principal, **elements))


@pytest.mark.parametrize(
    "named", [{"Service": "logs.eu-west-1.amazonaws.com"}, {"Service": ["logs.amazonaws.com"]}, "*"]
)
def test_a_service_may_what_the_resource_allows_it(named: Any) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    source = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    bucket = granting(named, Condition=source)
    mine = call("s3:PutObject", who=LOGS, keys={"aws:SourceAccount": ACCOUNT})
    assert decide(mine, resource=bucket).allowed
    others = call("s3:PutObject", who=LOGS, keys={"aws:SourceAccount": OTHER})
    denied = decide(others, identity=[allow()], resource=bucket)
    assert (denied.by, denied.explicit) == (PolicyType.RESOURCE, False)
    assert not decide(mine, resource=granting({"Service": "sns.amazonaws.com"})).allowed


def test_whoever_does_not_sign_may_what_everybody_may() -> None:
    asked = call(who=Principal.anonymous())
    assert decide(asked, resource=granting("*")).allowed
    assert not decide(asked, resource=granting({"AWS": [ACCOUNT, USER]})).allowed
    assert not decide(asked, identity=[allow()]).allowed


def test_the_root_user_needs_no_policy() -> None:
    root = call(who=Principal.user(ROOT))
    assert decide(root) == Decision(root, allowed=True)
    assert not decide(root, resource=ResourcePolicy(deny(Principal={"AWS": ACCOUNT}))).allowed


@pytest.mark.parametrize(
    ("who", "excepted", "denied"),
    [
        (ANNA, [USER, ROOT], False),
        (ANNA, [USER], True),
        (ANNA, [ROOT], True),
        (IN_ROLE, [ROLE, ACCOUNT], False),
        (IN_ROLE, [SESSION, ACCOUNT], True),
        (IN_ROLE, [ROLE], True),
        (Principal.user(ROOT), [ROOT], False),
        (LOGS, [USER], True),
    ],
)
def test_not_principal_has_to_name_the_account_too(
    who: Principal, excepted: list[str], denied: bool
) -> None:
    """.../reference_policies_elements_notprincipal.html"""
    both = policy(statement(Principal="*"), statement("Deny", NotPrincipal={"AWS": excepted}))
    decision = decide(call(who=who), resource=ResourcePolicy(both))
    assert decision.allowed is not denied


@pytest.mark.parametrize("excepted", ["*", {"Service": ["logs.amazonaws.com"]}])
def test_not_principal_may_except_services(excepted: Any) -> None:
    both = policy(statement(Principal="*"), statement("Deny", NotPrincipal=excepted))
    assert decide(call(who=LOGS), resource=ResourcePolicy(both)).allowed
    assert decide(call(who=ANNA), resource=ResourcePolicy(both)).allowed is (excepted == "*")


def test_a_principal_has_an_arn() -> None:
    with pytest.raises(ValueError, match="no ARN: anna"):
        Principal.user("anna")


def test_not_principal_excepts_nobody_with_a_boundary() -> None:
    """.../access_policies_boundaries.html"""
    excepted = ResourcePolicy(deny(NotPrincipal={"AWS": [USER, ROOT]}))
    asked = call(who=ANNA)
    assert decide(asked, identity=[allow()], resource=excepted).allowed
    bounded = decide(asked, identity=[allow()], boundary=allow(), resource=excepted)
    assert (bounded.by, bounded.explicit) == (PolicyType.RESOURCE, True)


def test_not_principal_may_allow_all_others() -> None:
    others = granting(None, NotPrincipal={"AWS": USER})
    assert decide(call(), resource=others).allowed
    assert not decide(call(who=ANNA), resource=others).allowed


def test_a_statement_without_principal_is_nobodys() -> None:
    assert not decide(call(), resource=ResourcePolicy(allow())).allowed


@pytest.mark.parametrize(
    ("who", "keys"),
    [
        (
            IN_ROLE,
            {
                "aws:PrincipalArn": ROLE,
                "aws:PrincipalAccount": ACCOUNT,
                "aws:PrincipalType": "AssumedRole",
                "aws:PrincipalIsAWSService": "false",
                "aws:ResourceAccount": ACCOUNT,
            },
        ),
        (ANNA, {"aws:PrincipalArn": USER, "aws:username": "anna", "aws:PrincipalType": "User"}),
        (Principal.user(ROOT), {"aws:PrincipalArn": ROOT, "aws:PrincipalType": "Account"}),
        (
            LOGS,
            {
                "aws:PrincipalIsAWSService": "true",
                "aws:PrincipalServiceName": "logs.amazonaws.com",
            },
        ),
        (Principal.anonymous(), {"aws:PrincipalType": "Anonymous"}),
    ],
)
def test_condition_keys_that_follow_from_who_asks(who: Principal, keys: dict[str, str]) -> None:
    for key, value in keys.items():
        bucket = granting("*", Condition={"StringEquals": {key: value}})
        assert decide(call(who=who), resource=bucket).allowed, key


def test_a_service_has_several_names() -> None:
    any_name = {"aws:PrincipalServiceNamesList": "logs.eu-west-1.amazonaws.com"}
    bucket = granting("*", Condition={"ForAnyValue:StringEquals": any_name})
    assert decide(call(who=LOGS), resource=bucket).allowed
