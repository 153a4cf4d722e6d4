"""Every state in which a stack can be found."""

import boto3
import pytest

from automation.bootstrap.lifecycle import Event
from automation.bootstrap.stack import TEMPLATE
from automation.errors import CommandError
from config import Settings
from tests.automation.bootstrap import runs
from tests.automation.bootstrap.front import Front


def now(session: boto3.Session, settings: Settings) -> str:
    client = session.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=runs.name(settings))["Stacks"]
    assert stack["EnableTerminationProtection"]
    return stack["StackStatus"]


def rolled_back(session: boto3.Session, settings: Settings) -> None:
    """A creation that failed, and that nothing stands in the way of any more."""
    bucket = runs.take(session, settings)
    runs.begin(session, settings)
    session.client("s3").delete_bucket(Bucket=bucket)


def test_a_creation_that_failed_names_the_first_resource_and_can_be_repeated(
    aws: boto3.Session, settings: Settings
) -> None:
    bucket = runs.take(aws, settings)
    with pytest.raises(CommandError) as failure:
        runs.run(aws, settings)
    assert str(failure.value) == (
        f"{runs.name(settings)} could not be created: AccessLogBucket (AWS::S3::Bucket) "
        "CREATE_FAILED: An error occurred (AlreadyExists) when calling the CreateBucket "
        f"operation: {bucket} already exists (now ROLLBACK_COMPLETE); mend that, then run it again"
    )
    aws.client("s3").delete_bucket(Bucket=bucket)
    assert runs.run(aws, settings).action == "created"


def test_rollback_complete_is_deleted_and_created_again(
    aws: boto3.Session, settings: Settings
) -> None:
    rolled_back(aws, settings)
    assert now(aws, settings) == "ROLLBACK_COMPLETE"
    assert runs.run(aws, settings).action == "created"
    assert now(aws, settings) == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    "status", ["ROLLBACK_FAILED", "CREATE_FAILED", "IMPORT_ROLLBACK_FAILED", "DELETE_FAILED"]
)
def test_a_stack_that_is_of_no_use_is_deleted_and_created_again(
    status: str, aws: boto3.Session, settings: Settings, front: Front
) -> None:
    rolled_back(aws, settings)
    front.pretend(status, until="DeleteStack")
    assert runs.run(front.session, settings).action == "created"
    assert front.calls["DeleteStack"] == 1
    assert now(aws, settings) == "CREATE_COMPLETE"


def test_an_empty_stack_in_review_is_deleted_and_created_again(
    aws: boto3.Session, settings: Settings
) -> None:
    client = aws.client("cloudformation")
    client.create_change_set(
        StackName=runs.name(settings),
        ChangeSetName="abandoned",
        ChangeSetType="CREATE",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=runs.parameters(settings),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    (stack,) = client.describe_stacks(StackName=runs.name(settings))["Stacks"]
    assert stack["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert runs.run(aws, settings).action == "created"


def test_somebody_elses_creation_is_waited_for(aws: boto3.Session, settings: Settings) -> None:
    runs.begin(aws, settings, wait=False)
    assert runs.run(aws, settings).state is not None
    assert now(aws, settings) in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
    ],
)
def test_what_is_in_progress_is_waited_for(
    status: str, aws: boto3.Session, settings: Settings, front: Front
) -> None:
    runs.run(aws, settings)
    front.pretend(status, until="DescribeStacks 4")
    assert runs.run(front.session, settings).action == "unchanged"
    assert front.calls["DescribeStacks"] == 4


def test_a_deletion_in_progress_is_waited_for(aws: boto3.Session, settings: Settings) -> None:
    rolled_back(aws, settings)
    client = aws.client("cloudformation")
    client.update_termination_protection(
        StackName=runs.name(settings), EnableTerminationProtection=False
    )
    client.delete_stack(StackName=runs.name(settings))
    assert runs.run(aws, settings).action == "created"


def test_a_rollback_that_failed_is_continued(
    aws: boto3.Session, settings: Settings, front: Front
) -> None:
    runs.run(aws, settings)
    front.pretend("UPDATE_ROLLBACK_FAILED", until="ContinueUpdateRollback")
    assert runs.run(front.session, settings).action == "unchanged"
    assert front.calls["ContinueUpdateRollback"] == 1
    assert front.calls["DeleteStack"] == 0


def test_a_rollback_that_fails_again_is_an_error(
    aws: boto3.Session, settings: Settings, front: Front
) -> None:
    runs.run(aws, settings)
    front.pretend("UPDATE_ROLLBACK_FAILED", until="never")
    with pytest.raises(CommandError) as failure:
        runs.run(front.session, settings)
    assert str(failure.value) == (
        f"{runs.name(settings)} could not be rolled back: UPDATE_ROLLBACK_FAILED: AWS gives no "
        "reason; mend that, then run it again"
    )
    assert front.calls["ContinueUpdateRollback"] == 1


@pytest.mark.parametrize(
    "status", ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "IMPORT_ROLLBACK_COMPLETE"]
)
def test_a_stack_that_is_still_of_use_is_updated(
    status: str, aws: boto3.Session, settings: Settings, front: Front
) -> None:
    runs.run(aws, settings)
    front.pretend(status, until="never")
    assert runs.run(front.session, settings).action == "unchanged"
    assert front.calls["DeleteStack"] == 0


def test_update_rollback_complete_is_updated(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    role = settings.naming.name("deploy")
    aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    with pytest.raises(CommandError):
        runs.run(aws, settings, github=runs.main_of())
    assert now(aws, settings) == "UPDATE_ROLLBACK_COMPLETE"
    aws.client("iam").delete_role(RoleName=role)
    assert runs.run(aws, settings, github=runs.main_of()).action == "updated"


def test_events_are_told_in_order_and_once(aws: boto3.Session, settings: Settings) -> None:
    events: list[Event] = []
    runs.run(aws, settings, tell=events.append)
    lines = [str(event) for event in events]
    assert lines[0] == f"{runs.name(settings)} CREATE_IN_PROGRESS: User Initiated"
    assert lines[-1] == f"{runs.name(settings)} CREATE_COMPLETE"
    assert len(set(lines)) == len(lines)
    assert lines.index("StateKey CREATE_COMPLETE") < lines.index("StateBucket CREATE_COMPLETE")
