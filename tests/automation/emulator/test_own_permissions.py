"""What settings accept as permissions, asked of the emulated account: it goes, and nothing else."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from automation.emulator import Emulator
from config import parse
from modules.application.own_permissions import own_permissions
from tests.automation.emulator.acting import ACCOUNT, ROLE, Service
from tests.config.test_rules import MINIMAL

# Per action, how it is asked of one of two resources.
Asked = tuple[str, str, Callable[[str], Mapping[str, Any]]]
NAMES = ("orders", "papers")
ADDRESS = f"https://sqs.us-west-2.amazonaws.com/{ACCOUNT}/"
KEY = {"id": {"S": "1"}}
ASKED: dict[str, Asked] = {
    "dynamodb:GetItem": ("dynamodb", "get_item", lambda it: {"TableName": it, "Key": KEY}),
    "dynamodb:PutItem": ("dynamodb", "put_item", lambda it: {"TableName": it, "Item": KEY}),
    "dynamodb:Scan": ("dynamodb", "scan", lambda it: {"TableName": it}),
    "events:PutEvents": (
        "events",
        "put_events",
        lambda it: {
            "Entries": [{"EventBusName": it, "Source": "a", "DetailType": "b", "Detail": "{}"}]
        },
    ),
    "lambda:InvokeFunction": ("lambda", "invoke", lambda it: {"FunctionName": it}),
    "s3:DeleteObject": ("s3", "delete_object", lambda it: {"Bucket": bucket(it), "Key": "a/b"}),
    "s3:PutObject": ("s3", "put_object", lambda it: {"Bucket": bucket(it), "Key": "a/b"}),
    "s3:ListBucket": ("s3", "list_objects_v2", lambda it: {"Bucket": bucket(it)}),
    "sns:Publish": (
        "sns",
        "publish",
        lambda it: {"TopicArn": f"arn:aws:sns:us-west-2:{ACCOUNT}:{it}", "Message": "x"},
    ),
    "sqs:GetQueueUrl": ("sqs", "get_queue_url", lambda it: {"QueueName": it}),
    "sqs:SendMessage": (
        "sqs",
        "send_message",
        lambda it: {"QueueUrl": f"{ADDRESS}{it}", "MessageBody": "x"},
    ),
    "ssm:GetParameter": ("ssm", "get_parameter", lambda it: {"Name": f"/prod-349081/{it}"}),
}
ARNS = {
    "dynamodb": "arn:aws:dynamodb:{region}:{account_id}:table/",
    "events": "arn:aws:events:{region}:{account_id}:event-bus/",
    "lambda": "arn:aws:lambda:{region}:{account_id}:function:",
    "s3": "arn:aws:s3:::{prefix}-",
    "sns": "arn:aws:sns:{region}:{account_id}:",
    "sqs": "arn:aws:sqs:{region}:{account_id}:",
    "ssm": "arn:aws:ssm:{region}:{account_id}:parameter/{prefix}/",
}


def bucket(name: str) -> str:
    return f"prod-349081-{name}"


@st.composite
def statements(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One for each of some actions, on some of both resources."""
    actions = draw(st.lists(st.sampled_from(sorted(ASKED)), min_size=1, max_size=5, unique=True))
    return [
        {
            "sid": f"Own{number}",
            "actions": [action],
            "resources": [
                resource(action, name)
                for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
            ],
        }
        for number, action in enumerate(actions)
    ]


def resource(action: str, name: str) -> str:
    inside = "/*" if action in ("s3:DeleteObject", "s3:PutObject") else ""
    return f"{ARNS[action.partition(':')[0]]}{name}{inside}"


@pytest.fixture
def buckets(emulator: Emulator) -> Iterator[None]:
    s3 = emulator.client("s3")
    for name in NAMES:
        where = {"LocationConstraint": "us-west-2"}
        s3.create_bucket(Bucket=bucket(name), CreateBucketConfiguration=where)
    yield
    for name in NAMES:
        s3.delete_object(Bucket=bucket(name), Key="a/b")
        s3.delete_bucket(Bucket=bucket(name))


def is_denied(client: Any, method: str, arguments: Mapping[str, Any]) -> bool:
    """Whether the account says no; that something is not there is said to who may ask."""
    try:
        getattr(client, method)(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "Denied" in code or code == "AuthorizationError"
    return False


@pytest.mark.usefixtures("buckets")
def test_the_account_allows_just_what_is_written(
    acting: Callable[..., Service], emulator: Emulator
) -> None:
    iam, naming = emulator.client("iam"), parse(MINIMAL, "prod", "prod.toml").naming
    client = acting()
    clients = {service: client(service) for service, *_ in ASKED.values()}

    @examples(max_examples=25, derandomize=True, database=None)
    @given(written=statements())
    def asked(written: list[dict[str, Any]]) -> None:
        raw = {**MINIMAL, "application": {"app": {"permissions": written}}}
        own = parse(raw, "prod", "prod.toml").application.app.permissions
        body = [each.to_json() for each in own_permissions(naming, own)]
        document = json.dumps({"Version": "2012-10-17", "Statement": body})
        iam.put_role_policy(
            RoleName=ROLE.rpartition("/")[2], PolicyName="own", PolicyDocument=document
        )
        for action, (service, method, arguments) in ASKED.items():
            for name in NAMES:
                meant = any(
                    action in each["actions"] and resource(action, name) in each["resources"]
                    for each in written
                )
                found = is_denied(clients[service], method, arguments(name))
                assert found is not meant, (action, name)

    asked()
