import pytest

from automation.checks.lookups import (
    allowed_to,
    denied_to_all,
    not_denied,
    refuses_plain_http,
    services_allowed,
)
from tests.automation.checks.configuration.account import MODERN_TLS_ONLY, TLS_ONLY, policy


def test_a_refusal_of_plain_http_is_found_among_others() -> None:
    assert refuses_plain_http(policy(MODERN_TLS_ONLY, TLS_ONLY)).ok
    assert denied_to_all(policy(MODERN_TLS_ONLY), "NumericLessThan", "s3:TlsVersion") == ["1.2"]


@pytest.mark.parametrize(
    "otherwise",
    [
        {"Effect": "Allow"},
        {"Action": "s3:GetObject"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}},
        {"Condition": {**TLS_ONLY["Condition"], "StringEquals": {"aws:SourceVpc": "vpc-1"}}},
        {"Condition": {}},
    ],
)
def test_a_narrower_refusal_is_none(otherwise: dict[str, object]) -> None:
    assert not refuses_plain_http(policy({**TLS_ONLY, **otherwise})).ok


def test_services_are_those_that_are_allowed() -> None:
    allow = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
    text = policy(
        {**allow, "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]}},
        {**allow, "Principal": {"Service": "c.amazonaws.com"}},
        {**allow, "Principal": "*"},
        {**allow, "Effect": "Deny", "Principal": {"Service": "d.amazonaws.com"}},
    )
    assert services_allowed(text) == {"a.amazonaws.com", "b.amazonaws.com", "c.amazonaws.com"}


def test_actions_are_those_that_the_service_is_allowed() -> None:
    allow = {"Effect": "Allow", "Resource": "*", "Principal": {"Service": "a.amazonaws.com"}}
    text = policy(
        {**allow, "Action": ["s3:GetObject", "s3:ListBucket"]},
        {**allow, "Action": "s3:PutObject", "Effect": "Deny"},
        {**allow, "Action": "s3:DeleteObject", "Principal": {"Service": "b.amazonaws.com"}},
    )
    assert allowed_to(text, "a.amazonaws.com") == {"s3:GetObject", "s3:ListBucket"}


@pytest.mark.parametrize(
    ("otherwise", "left"),
    [
        ({}, ["arn:aws:iam::123456789012:role/a"]),
        ({"Effect": "Allow"}, []),
        ({"Action": "secretsmanager:PutSecretValue"}, []),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:role/b"}}, []),
        ({"Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}}, []),
    ],
)
def test_an_action_is_left_to_who_is_named(otherwise: dict[str, object], left: list[str]) -> None:
    action, named = "secretsmanager:GetSecretValue", "arn:aws:iam::123456789012:role/a"
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": named}},
    }
    assert not_denied(policy({**deny, **otherwise}), action) == left
