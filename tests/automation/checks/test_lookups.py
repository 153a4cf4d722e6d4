import pytest

from automation.checks.lookups import denied_to_all, refuses_plain_http, services_allowed
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
