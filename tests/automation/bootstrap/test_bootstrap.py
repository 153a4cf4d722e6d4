import json
from typing import Any

import boto3
import pytest

from automation.aws.clients import Clients
from automation.aws.states import STATE
from automation.bootstrap import BootstrapOutcome
from automation.bootstrap.lifecycle import Event
from automation.bootstrap.stack import StackChange
from automation.checks import Finding
from automation.checks import run as run_checks
from automation.checks.configuration.storage import BucketChecks, replaced_versions
from automation.errors import CommandError, UserError
from config import Settings
from tests.automation.bootstrap import runs


def failed(session: boto3.Session, settings: Settings, checks: Any) -> list[Finding]:
    clients = Clients(session, settings.region)
    found = list(run_checks("state", clients, settings, checks))
    assert len(found) > 4
    return [finding for finding in found if not finding.ok]


def test_what_is_created_passes_the_live_checks(aws: boto3.Session, settings: Settings) -> None:
    outcome = runs.run(aws, settings)
    assert outcome.action == "created"
    assert outcome.state is not None
    assert outcome.state.status == "CREATE_COMPLETE"
    assert outcome.state.protected
    assert failed(aws, settings, BucketChecks(STATE, key=STATE).by_subject()) == []
    assert failed(aws, settings, BucketChecks("tfstate-logs", key=None).by_subject()) == []


def test_the_key_rotates_and_has_the_name_that_the_backend_uses(
    aws: boto3.Session, settings: Settings
) -> None:
    outcome = runs.run(aws, settings)
    kms = aws.client("kms")
    key = kms.describe_key(KeyId=f"alias/{settings.naming.name(STATE)}")["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    assert outcome.state is not None
    assert outcome.state.outputs == {
        "StateBucket": settings.naming.bucket(STATE),
        "StateKey": key["Arn"],
        "AccessLogBucket": settings.naming.bucket("tfstate-logs"),
    }


def test_access_is_logged_and_logs_and_old_versions_end(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings)
    s3 = aws.client("s3")
    bucket, logs = settings.naming.bucket(STATE), settings.naming.bucket("tfstate-logs")
    logging = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert (logging["TargetBucket"], logging["TargetPrefix"]) == (logs, "s3/")
    clients = Clients(aws, settings.region)
    (claim,) = replaced_versions(clients, settings, purpose=STATE, days=365)
    assert claim.ok
    rules = s3.get_bucket_lifecycle_configuration(Bucket=logs)["Rules"]
    assert rules[0]["Expiration"]["Days"] == settings.storage.log_days
    abort = {"DaysAfterInitiation": 7}
    assert [rule.get("AbortIncompleteMultipartUpload") for rule in rules] == [None, abort]


def test_uploads_with_another_key_are_denied(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    policy = aws.client("s3").get_bucket_policy(Bucket=settings.naming.bucket(STATE))["Policy"]
    conditions = {each["Sid"]: each["Condition"] for each in json.loads(policy)["Statement"]}
    header = "s3:x-amz-server-side-encryption"
    key = f"{header}-aws-kms-key-id"
    alias = settings.naming.arn("kms", f"alias/{settings.naming.name(STATE)}")
    arn = aws.client("kms").describe_key(KeyId=alias)["KeyMetadata"]["Arn"]
    # A condition that says "not equal" holds for a request without the header, too.
    assert conditions["DenyOtherEncryption"] == {
        "StringNotEquals": {header: "aws:kms"},
        "Null": {header: "false"},
    }
    assert conditions["DenyOtherKeys"] == {
        "StringNotEquals": {key: [arn, alias]},
        "Null": {key: "false"},
    }
    assert conditions["DenyUnnamedKey"] == {
        "StringEquals": {header: "aws:kms"},
        "Null": {key: "true"},
    }


def test_only_s3_may_write_logs_and_only_of_this_bucket(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings)
    logs = settings.naming.bucket("tfstate-logs")
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket=logs)["Policy"])
    (allowed,) = (each for each in policy["Statement"] if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowed["Resource"] == f"arn:aws:s3:::{logs}/s3/*"
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": settings.account_id},
        "ArnLike": {"aws:SourceArn": settings.naming.bucket_arn(STATE)},
    }


def test_everything_carries_the_environments_tags(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    found = aws.client("s3").get_bucket_tagging(Bucket=settings.naming.bucket(STATE))["TagSet"]
    tags = {tag["Key"]: tag["Value"] for tag in found}
    assert tags == {**settings.naming.tags, "Stack": "bootstrap"}


def test_a_second_run_changes_nothing_and_asks_nothing(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings)
    events: list[Event] = []
    outcome = runs.run(aws, settings, confirm=pytest.fail, tell=events.append)
    assert (outcome.action, outcome.changes, events) == ("unchanged", (), [])


def with_log_days(settings: Settings, days: int) -> Settings:
    storage = settings.storage.model_copy(update={"log_days": days})
    return settings.model_copy(update={"storage": storage})


def test_an_update_shows_its_changes_and_makes_them(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    shown: list[StackChange] = []
    events: list[Event] = []

    def confirm(changes: tuple[StackChange, ...]) -> bool:
        shown.extend(changes)
        return True

    later = with_log_days(settings, 400)
    outcome = runs.run(aws, later, confirm=confirm, tell=events.append)
    change = StackChange("Modify", "AccessLogBucket", "AWS::S3::Bucket", "False")
    assert outcome.action == "updated"
    assert shown == [change] == list(outcome.changes)
    logs = settings.naming.bucket("tfstate-logs")
    rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=logs)["Rules"]
    assert rules[0]["Expiration"]["Days"] == 400
    assert runs.statuses(events) == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"]


def test_a_declined_update_changes_nothing(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    outcome = runs.run(aws, with_log_days(settings, 400), confirm=lambda _: False)
    assert outcome.action == "declined"
    again: BootstrapOutcome = runs.run(aws, settings)
    assert again.action == "unchanged"


def test_nothing_is_left_when_nobody_can_be_asked(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)

    def refuse(_: object) -> bool:
        raise UserError("nobody is there")

    with pytest.raises(UserError, match="nobody is there"):
        runs.run(aws, with_log_days(settings, 400), confirm=refuse)
    assert runs.run(aws, settings).action == "unchanged"


def test_lifted_protection_comes_back(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    client = aws.client("cloudformation")
    client.update_termination_protection(
        StackName=runs.name(settings), EnableTerminationProtection=False
    )
    outcome = runs.run(aws, settings)
    assert outcome.state is not None
    assert outcome.state.protected
    (stack,) = client.describe_stacks(StackName=runs.name(settings))["Stacks"]
    assert stack["EnableTerminationProtection"]


def test_an_update_that_fails_names_the_first_resource(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings)
    role = settings.naming.name("plan")
    iam = aws.client("iam")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    with pytest.raises(CommandError) as failure:
        runs.run(aws, settings, github=runs.main_of())
    text = str(failure.value)
    assert text.startswith(
        f"{runs.name(settings)} could not be updated: "
        "PlanRole (AWS::IAM::Role) CREATE_FAILED: An error occurred (EntityAlreadyExists)"
    )
    assert text.endswith("(now UPDATE_ROLLBACK_COMPLETE); mend that, then run it again")
    iam.delete_role(RoleName=role)
    assert runs.run(aws, settings, github=runs.main_of()).action == "updated"
