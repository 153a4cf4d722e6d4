from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.audit import check_audit
from config import Settings
from tests.automation.checks.configuration.account import Account, failed

NAME = "prod-349081-trail"
OBJECTS = [
    ("AWS::S3::Object", f"arn:aws:s3:::prod-349081-{purpose}-123456789012/")
    for purpose in ("assets", "artifacts", "tfstate", "audit")
]
POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/prod-349081-assets"


@pytest.fixture
def trail(account: Account, clients: Clients, settings: Settings) -> dict[str, Any]:
    """How the trail was made."""
    key_arn = account.key("logs")
    account.log_group("/prod-349081/audit/trail", key_arn)
    group = settings.naming.arn("logs", "log-group:/prod-349081/audit/trail:*")
    made: dict[str, Any] = {
        "Name": NAME,
        "S3BucketName": account.bucket("audit", key_arn=key_arn),
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "EnableLogFileValidation": True,
        "KmsKeyId": key_arn,
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": settings.naming.arn("iam", f"role/{NAME}", region=""),
    }
    clients.cloudtrail.create_trail(**made)
    clients.cloudtrail.start_logging(Name=NAME)
    select(clients, *OBJECTS, ("AWS::S3::AccessPoint", POINT))
    return made


def select(clients: Clients, *data: tuple[str, str]) -> None:
    management = [{"Field": "eventCategory", "Equals": ["Management"]}]
    selectors: list[Any] = [{"Name": "Management", "FieldSelectors": management}]
    for kind, arn in data:
        fields = [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [kind]},
            {"Field": "resources.ARN", "StartsWith": [arn]},
        ]
        selectors.append({"Name": kind, "FieldSelectors": fields})
    clients.cloudtrail.put_event_selectors(
        TrailName=NAME,
        AdvancedEventSelectors=selectors,
    )


def found(clients: Clients, settings: Settings) -> set[str]:
    return {
        what
        for what in failed(check_audit(clients, settings))
        if what.startswith(("trail:", "trail events"))
    }


@pytest.mark.usefixtures("trail")
def test_a_sound_trail_passes(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings) == set()


@pytest.mark.usefixtures("trail")
def test_a_trail_that_was_stopped_fails(clients: Clients, settings: Settings) -> None:
    clients.cloudtrail.stop_logging(Name=NAME)
    assert found(clients, settings) == {"trail: logging"}


@pytest.mark.parametrize(
    ("otherwise", "what"),
    [
        ({"IsMultiRegionTrail": False}, "every region"),
        ({"EnableLogFileValidation": False}, "validated"),
        ({"KmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/other"}, "key"),
    ],
)
def test_a_trail_that_is_otherwise_fails(
    otherwise: dict[str, Any],
    what: str,
    trail: dict[str, Any],
    clients: Clients,
    settings: Settings,
) -> None:
    clients.cloudtrail.update_trail(**{**trail, **otherwise})
    assert found(clients, settings) == {f"trail: {what}"}


@pytest.mark.usefixtures("trail")
def test_a_trail_that_misses_the_access_point_fails(clients: Clients, settings: Settings) -> None:
    select(clients, *OBJECTS)
    assert found(clients, settings) == {"trail events: are recorded"}


def flow_log_failures(clients: Clients, settings: Settings) -> set[str]:
    every = failed(check_audit(clients, settings))
    return {what for what in every if what.startswith("flow logs")}


def test_flow_logs_go_where_they_are_to_go(
    account: Account, clients: Clients, settings: Settings
) -> None:
    vpc = account.vpc()
    bucket = f"{settings.naming.bucket('logs')}"
    clients.s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    clients.ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        MaxAggregationInterval=60,
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::{bucket}",
    )
    # Not in the folder, and as text by the day.
    assert flow_log_failures(clients, settings) == {
        "flow logs: go to",
        "flow logs: format",
        "flow logs: folder for each hour",
    }
    network = settings.network.model_copy(update={"flow_log_destination": "cloudwatch"})
    in_group = settings.model_copy(update={"network": network})
    assert "flow logs: go to" in flow_log_failures(clients, in_group)
