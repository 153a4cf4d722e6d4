import json
import time
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused
from tests.automation.emulator.conftest import ACCOUNT, REGION
from tests.automation.emulator.extensions.test_cloudfront import distribution_config


def test_query_definitions_live_as_long_as_they_should(emulator: Emulator) -> None:
    logs = emulator.client("logs")
    first = logs.put_query_definition(name="web/errors", queryString="fields @message")
    id_ = first["queryDefinitionId"]
    changed = {"name": "web/errors", "queryString": "fields @log", "logGroupNames": ["/web"]}
    assert logs.put_query_definition(queryDefinitionId=id_, **changed)["queryDefinitionId"] == id_
    logs.put_query_definition(name="other", queryString="fields @message")
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="web/")["queryDefinitions"]
    assert {name: found[name] for name in changed} == changed
    assert logs.delete_query_definition(queryDefinitionId=id_)["success"]
    assert (
        refused(logs.delete_query_definition, queryDefinitionId=id_) == "ResourceNotFoundException"
    )


@pytest.mark.parametrize("documented", [False, True])
def test_a_delivery_appends_the_statement_that_a_policy_lacks(
    emulator: Emulator, documented: bool
) -> None:
    s3, logs = emulator.client("s3"), emulator.client("logs", region="us-east-1")
    name = f"delivered-{documented}".lower()
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    sources = f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"
    equals = {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": ACCOUNT}
    writes = {
        "Sid": "Own",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/cloudfront/*",
        "Condition": {"StringEquals": equals, "ArnLike": {"aws:SourceArn": sources}},
    }
    other = {**writes, "Principal": {"Service": "logging.s3.amazonaws.com"}}
    policy = {"Version": "2012-10-17", "Statement": [writes if documented else other]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    made = emulator.client("cloudfront").create_distribution(
        DistributionConfig=distribution_config()
    )
    arn = made["Distribution"]["ARN"]
    logs.put_delivery_source(name=name, resourceArn=arn, logType="ACCESS_LOGS")
    destination = logs.put_delivery_destination(
        name=name,
        deliveryDestinationConfiguration={
            "destinationResourceArn": f"arn:aws:s3:::{name}/cloudfront"
        },
    )["deliveryDestination"]["arn"]
    logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=destination)
    found = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert [each["Sid"] for each in found] == ["Own"] + ["AWSLogsDeliveryWrite"] * (not documented)
    if not documented:
        assert found[1]["Resource"] == f"arn:aws:s3:::{name}/AWSLogs/{ACCOUNT}/CloudFront/*"
        assert found[1]["Condition"] == writes["Condition"]


def test_events_are_those_of_streams_that_begin_so_in_order_of_time(emulator: Emulator) -> None:
    logs, now = emulator.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName="/filtered")
    for number, stream in enumerate(("one_web", "one_boot", "two_web")):
        logs.create_log_stream(logGroupName="/filtered", logStreamName=stream)
        events = [{"timestamp": now - number, "message": stream}]
        logs.put_log_events(logGroupName="/filtered", logStreamName=stream, logEvents=events)

    def found(**given: Any) -> list[str]:
        answer = logs.filter_log_events(logGroupName="/filtered", **given)
        assert answer["searchedLogStreams"] == []
        return [each["message"] for each in answer["events"]]

    assert found() == ["two_web", "one_boot", "one_web"]
    assert found(logStreamNamePrefix="one_") == ["one_boot", "one_web"]
    assert found(logStreamNamePrefix="three") == []
    assert found(limit=1, startTime=now - 1) == ["one_boot"]
    both = {"logStreamNames": ["one_web"], "logStreamNamePrefix": "one"}
    read = logs.filter_log_events
    assert refused(read, logGroupName="/filtered", **both) == "InvalidParameterException"
    assert refused(read, logGroupName="/not/there") == "ResourceNotFoundException"
