"""Flow logs that go to a bucket of the emulated account."""

import itertools
import json
from typing import Any

import pytest

from automation.emulator import Emulator
from config import Naming
from modules.policy import policy_document
from modules.storage.bucket_policy import log_delivery
from tests.automation.emulator.calls import refusal

NUMBERS = itertools.count()
PARQUET = {"FileFormat": "parquet", "HiveCompatiblePartitions": False, "PerHourPartition": True}


def wanted(emulator: Emulator, bucket: str, **options: Any) -> dict[str, Any]:
    vpc = emulator.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": f"arn:aws:s3:::{bucket}/vpc",
        **options,
    }


def policy_of(emulator: Emulator, bucket: str) -> list[dict[str, Any]]:
    found = emulator.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    statements: list[dict[str, Any]] = json.loads(found)["Statement"]
    return statements


@pytest.fixture
def bucket(emulator: Emulator, naming: Naming) -> str:
    """A bucket with the policy that the platform gives its log bucket."""
    name = naming.bucket(f"flow-logs-{next(NUMBERS)}")
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    policy = policy_document(*log_delivery(naming, f"arn:aws:s3:::{name}"))
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    return name


def test_they_are_as_they_were_asked_for(emulator: Emulator, bucket: str) -> None:
    ec2 = emulator.client("ec2")
    asked = wanted(emulator, bucket, DestinationOptions=PARQUET, MaxAggregationInterval=60)
    (made,) = ec2.create_flow_logs(**asked)["FlowLogIds"]
    (found,) = ec2.describe_flow_logs(FlowLogIds=[made])["FlowLogs"]
    assert found["LogDestination"] == asked["LogDestination"]
    assert found["DestinationOptions"] == PARQUET
    assert found["FlowLogStatus"] == "ACTIVE"
    assert refusal(ec2.create_flow_logs, **asked)[0] == "FlowLogAlreadyExists"


def test_without_options_they_are_text_by_the_day(emulator: Emulator, bucket: str) -> None:
    ec2 = emulator.client("ec2")
    (made,) = ec2.create_flow_logs(**wanted(emulator, bucket))["FlowLogIds"]
    (found,) = ec2.describe_flow_logs(FlowLogIds=[made])["FlowLogs"]
    assert found["DestinationOptions"] == {
        "FileFormat": "plain-text",
        "HiveCompatiblePartitions": False,
        "PerHourPartition": False,
    }


def test_a_policy_that_lets_them_in_stays_as_it_is(emulator: Emulator, bucket: str) -> None:
    before = policy_of(emulator, bucket)
    emulator.client("ec2").create_flow_logs(**wanted(emulator, bucket))
    assert policy_of(emulator, bucket) == before


@pytest.mark.parametrize("missing", ["AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck"])
def test_what_a_policy_lacks_is_written_into_it(
    emulator: Emulator, bucket: str, missing: str
) -> None:
    rest = [each for each in policy_of(emulator, bucket) if each["Sid"] != missing]
    document = json.dumps({"Version": "2012-10-17", "Statement": rest})
    emulator.client("s3").put_bucket_policy(Bucket=bucket, Policy=document)
    emulator.client("ec2").create_flow_logs(**wanted(emulator, bucket))
    found = policy_of(emulator, bucket)
    assert found[:-1] == rest
    assert found[-1]["Sid"] == missing


def test_no_bucket_no_logs(emulator: Emulator) -> None:
    answer = emulator.client("ec2").create_flow_logs(**wanted(emulator, "no-such-bucket"))
    assert answer["FlowLogIds"] == []
    (failed,) = answer["Unsuccessful"]
    assert "no-such-bucket does not exist" in failed["Error"]["Message"]
