import json
from pathlib import Path
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks.configuration import check_declared
from automation.terraform.stacks import Stack
from config import Settings
from tests.automation.checks.configuration.account import failed

BUCKET = "states"
ALARM: dict[str, Any] = {
    "AlarmName": "prod-349081-delay",
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateAgeOfOldestMessage",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
TOPIC = "arn:aws:sns:us-west-2:123456789012:anybody"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A queue and its alarms, here and in us-east-1."""
    alarms = {
        "here": {"alarm_name": "prod-349081-delay"},
        "there": {"alarm_name": "prod-349081-delay", "provider": "aws.global"},
    }
    content = {
        "terraform": {"backend": {"s3": {"bucket": BUCKET, "key": "queue"}}},
        "provider": {"aws": [{"region": "us-west-2"}, {"region": "us-east-1", "alias": "global"}]},
        "resource": {
            "aws_sqs_queue": {"work": {}},
            "aws_sqs_queue_policy": {"none": {"for_each": "${toset([])}"}},
            "aws_cloudwatch_metric_alarm": alarms,
        },
    }
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return Stack("queue", file)


def deploy(clients: Clients, *addresses: str) -> None:
    resources = [
        {"mode": "managed", "type": type_, "name": name}
        for type_, name in (address.split(".") for address in addresses)
    ]
    # Only looked up, not deployed.
    resources.append({"mode": "data", "type": "aws_sqs_queue", "name": "work"})
    place: Any = {"LocationConstraint": "us-west-2"}
    clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    body = json.dumps({"resources": resources}).encode()
    clients.s3.put_object(Bucket=BUCKET, Key="queue", Body=body)


EVERYTHING = (
    "aws_sqs_queue.work",
    "aws_cloudwatch_metric_alarm.here",
    "aws_cloudwatch_metric_alarm.there",
)


def test_what_is_declared_is_there(clients: Clients, settings: Settings, stack: Stack) -> None:
    deploy(clients, *EVERYTHING)
    for region in (clients, clients.in_us_east_1):
        region.cloudwatch.put_metric_alarm(**ALARM, AlarmActions=[TOPIC])
    found = list(check_declared(clients, settings, stack))
    assert [each.what for each in found if each.ok] == [each.what for each in found]
    assert found[0].detail == "3 of 3"
    assert {each.tier for each in found} == {"queue"}


def test_a_resource_that_was_never_deployed_is_named(
    clients: Clients, settings: Settings, stack: Stack
) -> None:
    deploy(clients, *EVERYTHING[1:])
    finding = next(iter(check_declared(clients, settings, stack)))
    assert (finding.ok, finding.detail) == (
        False,
        "found 2 of 3, expected aws_sqs_queue.work as well",
    )


def test_a_part_of_an_alarm_may_leave_it_to_the_whole_to_tell_somebody(
    clients: Clients, settings: Settings, stack: Stack
) -> None:
    deploy(clients, *EVERYTHING)
    for region in (clients, clients.in_us_east_1):
        region.cloudwatch.put_metric_alarm(**ALARM)
    silent = {
        "alarms declared in us-west-2: tell nobody",
        "alarms declared in us-east-1: tell nobody",
    }
    assert failed(check_declared(clients, settings, stack)) >= silent
    content = json.loads(stack.file.read_text(encoding="utf-8"))
    rule = 'ALARM("${aws_cloudwatch_metric_alarm.here.arn}")'
    content["resource"]["aws_cloudwatch_composite_alarm"] = {"whole": {"alarm_rule": rule}}
    stack.file.write_text(json.dumps(content), encoding="utf-8")
    whole = Stack(stack.name, stack.file)
    found = failed(check_declared(clients, settings, whole))
    assert found & silent == {"alarms declared in us-east-1: tell nobody"}


def test_an_alarm_that_is_missing_or_tells_nobody_fails_where_it_is(
    clients: Clients, settings: Settings, stack: Stack
) -> None:
    deploy(clients, *EVERYTHING)
    clients.cloudwatch.put_metric_alarm(**ALARM)
    assert failed(check_declared(clients, settings, stack)) == {
        "alarms declared in us-west-2: tell nobody",
        "alarms declared in us-east-1: are there",
    }
    off = {**ALARM, "AlarmActions": [TOPIC], "ActionsEnabled": False}
    clients.cloudwatch.put_metric_alarm(**off)
    assert "alarms declared in us-west-2: tell nobody" in failed(
        check_declared(clients, settings, stack)
    )


def test_a_stack_that_was_never_applied_fails(
    clients: Clients, settings: Settings, stack: Stack
) -> None:
    finding = next(iter(check_declared(clients, settings, stack)))
    assert (finding.what, finding.ok) == ("resources", False)
