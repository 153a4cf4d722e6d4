"""What settings take as permissions of the application's own, and what they say of others."""

from typing import Any

import pytest

from config import Settings, parse
from config.permission_rules import MOST_CHARACTERS
from config.permissions import KINDS
from tests.config.test_rules import MINIMAL, faults

QUEUE = "arn:aws:sqs:{region}:{account_id}:orders"
PICTURES = "arn:aws:s3:::{prefix}-pictures"
# What an environment without NAT gateways needs in any case.
ENDPOINTS = [
    "autoscaling",
    "logs",
    "monitoring",
    "secretsmanager",
    "ssm",
    "ssmmessages",
    "sts",
    "xray",
]
PLACE = "application.app.permissions[0]"


def statement(action: str | list[str], *resources: str, **more: Any) -> dict[str, Any]:
    actions = [action] if isinstance(action, str) else action
    return {"sid": "Own", "actions": actions, "resources": list(resources), **more}


def of(*permissions: dict[str, Any]) -> dict[str, Any]:
    return {"application": {"app": {"permissions": list(permissions)}}}


def accepted(*permissions: dict[str, Any], **changes: Any) -> Settings:
    return parse({**MINIMAL, **of(*permissions), **changes}, "prod", "prod.toml")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.actions[0])
def test_each_kind_of_resource_takes_its_example(kind: Any) -> None:
    (found,) = accepted(statement(list(kind.actions), kind.example)).application.app.permissions
    assert found.resources == (kind.example,)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("sqs:*", QUEUE, 'actions[0]: received "sqs:*"; expected one action of IAM\'s, without *'),
        ("*", QUEUE, "actions[0]"),
        ("sqs:SendMessage", "*", 'resources[0]: received "*"; expected an ARN, in which'),
        ("sqs:SendMessage", "arn:aws:sqs:*:{account_id}:orders", "expected an ARN, in which"),
        ("sqs:SendMessage", "arn:aws:sqs:{region}:{account_id}:${a}", "expected an ARN, in which"),
        (
            "sqs:SendMessage",
            "arn:aws:sqs:{region}:{account_id}:*",
            'resources[0]: received "arn:aws:sqs:{region}:{account_id}:*"; write how names begin',
        ),
        ("sqs:SendMessage", "arn:aws:sqs:us-west-9:{account_id}:a", "name a region of AWS"),
        ("sqs:SendMessage", "arn:aws:sqs::{account_id}:orders", "name what sqs:SendMessage is"),
        ("sqs:SendMessage", "arn:aws:sns:{region}:{account_id}:orders", "such as arn:aws:sqs:"),
        ("sqs:CreateQueue", QUEUE, "choose from sqs:ChangeMessageVisibility, sqs:DeleteMessage"),
        ("sqs:Nonsense", QUEUE, "choose from sqs:ChangeMessageVisibility"),
        ("iam:PassRole", "arn:aws:iam::{account_id}:role/a", "that `bootstrap` makes denies"),
        ("sts:AssumeRole", "arn:aws:iam::{account_id}:role/a", "that `bootstrap` makes denies"),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:{region}:{account_id}:secret:a",
            "name the secret in application.app.secrets instead",
        ),
        ("s3:GetObject", "arn:aws:s3:::pictures/*", "name what begins with prod-349081-"),
        ("s3:GetObject", PICTURES, "name what s3:GetObject is about, such as"),
        ("s3:ListBucket", f"{PICTURES}/*", "name what s3:ListBucket is about, such as"),
        ("s3:GetObject", "arn:aws:s3:::{prefix}-tfstate-{account_id}/*", "the application's own"),
        ("s3:GetObject", "arn:aws:s3:::{prefix}-*/*", "name buckets of the application's own"),
        ("s3:ListBucket", "arn:aws:s3:::{prefix}-a*", "name buckets of the application's own"),
        ("s3:PutObject", "arn:aws:s3:::{prefix}-as*/x", "name buckets of the application's own"),
        (
            "ssm:GetParameter",
            "arn:aws:ssm:{region}:{account_id}:parameter/others/key",
            "name what begins with prod-349081/",
        ),
    ],
)
def test_what_is_too_wide_or_denied_is_answered(action: str, resource: str, expected: str) -> None:
    (line,) = faults(**of(statement(action, resource)))
    assert line.startswith(PLACE)
    assert expected in line


def test_a_statement_is_about_one_kind_of_resource() -> None:
    (line,) = faults(**of(statement(["sqs:SendMessage", "sns:Publish"], QUEUE)))
    assert line == (
        f'{PLACE}.actions[1]: received "sns:Publish"; give it a statement of its own: '
        "sqs:SendMessage is about other resources"
    )


def test_statements_and_conditions_are_told_apart() -> None:
    one = statement("sqs:SendMessage", QUEUE)
    (line,) = faults(**of(one, {**one, "actions": ["sqs:GetQueueUrl"]}))
    assert ".permissions[1].sid: received" in line
    twice = {"operator": "StringEquals", "key": "aws:SourceVpc", "values": ["vpc-1"]}
    (line,) = faults(**of({**one, "conditions": [twice, {**twice, "key": "AWS:sourcevpc"}]}))
    assert line.startswith(f"{PLACE}.conditions[1].key: received")
    (line,) = faults(**of({**one, "actions": ["sqs:SendMessage"] * 2}))
    assert line.startswith(f"{PLACE}.actions[1]: received")


def test_statements_fit_into_a_role() -> None:
    long = [f"arn:aws:sqs:{{region}}:{{account_id}}:{'a' * 70}-{n}" for n in range(20)]
    statements = [{**statement("sqs:SendMessage", *long), "sid": f"Own{n}"} for n in range(3)]
    assert accepted(*statements[:1])
    (line,) = faults(**of(*statements))
    assert f"shorten them to {MOST_CHARACTERS}" in line


@pytest.mark.parametrize(
    ("action", "resource", "network", "remedy"),
    [
        (
            "dynamodb:GetItem",
            "arn:aws:dynamodb:{region}:{account_id}:table/orders",
            {"dynamodb_endpoint": True},
            "set network.dynamodb_endpoint = true",
        ),
        (
            "sqs:SendMessage",
            QUEUE,
            {"interface_endpoints": [*ENDPOINTS, "sqs"]},
            'add "sqs" to network.interface_endpoints',
        ),
        (
            "ses:SendEmail",
            "arn:aws:ses:{region}:{account_id}:identity/example.com",
            {"nat_gateways": "single"},
            "have a NAT gateway",
        ),
        ("s3:GetObject", f"{PICTURES}/*", {}, ""),
    ],
)
def test_without_a_nat_gateway_an_endpoint_leads_to_what_is_allowed(
    action: str, resource: str, network: dict[str, Any], remedy: str
) -> None:
    own = statement(action, resource)
    without: dict[str, Any] = {"nat_gateways": "none", "interface_endpoints": ENDPOINTS}
    if remedy:
        (line,) = faults(**of(own), network=without)
        assert f"{PLACE}.actions: received" in line
        assert f"{remedy}" in line
        assert line.endswith(": nothing else leads to the service")
    assert accepted(own, network={**without, **network})
