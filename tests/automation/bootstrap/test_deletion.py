import json

import boto3
import pytest

from automation.aws.clients import Clients
from automation.bootstrap import BootstrapOutcome, delete_stack
from automation.checks import run as run_checks
from automation.checks.configuration.storage import BucketChecks
from automation.errors import CommandError, UserError
from config import Settings
from tests.automation.bootstrap import runs


def delete(session: boto3.Session, settings: Settings, *, agreed: bool = True) -> BootstrapOutcome:
    return delete_stack(session, settings, confirm=lambda: agreed, pause=runs.PAUSE)


def protected(session: boto3.Session, settings: Settings) -> bool:
    client = session.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=runs.name(settings))["Stacks"]
    return bool(stack.get("EnableTerminationProtection"))


def put(session: boto3.Session, settings: Settings, key: str, content: object) -> None:
    session.client("s3").put_object(
        Bucket=settings.naming.bucket("tfstate"),
        Key=f"{settings.naming.prefix}/network/{key}",
        Body=json.dumps(content).encode(),
    )


def state(*resources: object) -> dict[str, object]:
    return {"version": 4, "serial": 1, "terraform_version": "1.11.4", "resources": resources}


VPC = {"mode": "managed", "type": "aws_vpc", "name": "vpc", "instances": [{}]}
LOCK = {"ID": "1", "Who": "somebody", "Operation": "OperationTypeApply", "Created": "now"}


@pytest.mark.parametrize(
    ("key", "content"), [("terraform.tfstate", state(VPC)), ("terraform.tfstate.tflock", LOCK)]
)
def test_it_is_refused_while_a_state_holds_anything_or_is_held(
    key: str, content: object, aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings)
    put(aws, settings, key, content)
    with pytest.raises(UserError) as refusal:
        delete_stack(aws, settings, confirm=pytest.fail, pause=runs.PAUSE)
    assert str(refusal.value) == (
        f"{settings.naming.bucket('tfstate')} holds the states of network: run "
        "`python -m automation destroy --env dev` first; nothing changed"
    )
    assert protected(aws, settings)


def test_emptied_states_are_no_obstacle(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    put(aws, settings, "terraform.tfstate", state())
    assert delete(aws, settings).action == "deleted"


def test_what_is_not_confirmed_is_not_deleted(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    assert delete(aws, settings, agreed=False).action == "declined"
    assert protected(aws, settings)


def test_bucket_key_and_what_guards_them_are_retained(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings, github=runs.main_of())
    outcome = delete(aws, settings)
    assert (outcome.action, outcome.state) == ("deleted", None)
    checks = BucketChecks("tfstate", key="tfstate").by_subject()
    clients = Clients(aws, settings.region)
    assert all(finding.ok for finding in run_checks("state", clients, settings, checks))
    iam = aws.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=settings.naming.name("deploy"))


def test_there_may_be_nothing_to_delete(aws: boto3.Session, settings: Settings) -> None:
    assert delete(aws, settings).action == "absent"


def test_a_deletion_that_fails_names_the_resource_and_can_be_repeated(
    aws: boto3.Session, settings: Settings
) -> None:
    runs.run(aws, settings, github=runs.main_of())
    iam, role = aws.client("iam"), settings.naming.name("plan")
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    extra = iam.create_policy(PolicyName=role, PolicyDocument=json.dumps(document))["Policy"]
    iam.attach_role_policy(RoleName=role, PolicyArn=extra["Arn"])
    with pytest.raises(CommandError) as failure:
        delete(aws, settings)
    text = str(failure.value)
    assert text.startswith(
        f"{runs.name(settings)} could not be deleted: PlanRole (AWS::IAM::Role) DELETE_FAILED: "
    )
    assert text.endswith("; mend that, then run it again")
    iam.detach_role_policy(RoleName=role, PolicyArn=extra["Arn"])
    assert delete(aws, settings).action == "deleted"


def test_what_was_retained_is_taken_over(aws: boto3.Session, settings: Settings) -> None:
    before = runs.run(aws, settings)
    delete(aws, settings)
    outcome = runs.run(aws, settings, github=runs.main_of())
    assert outcome.action == "imported"
    assert before.state is not None
    assert outcome.state is not None
    assert outcome.state.protected
    assert before.state.outputs.items() <= outcome.state.outputs.items()
    assert {change.action for change in outcome.changes} == {"Import", "Add"}
    assert runs.run(aws, settings).action == "unchanged"


def test_nothing_is_taken_over_without_consent(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings)
    delete(aws, settings)
    assert runs.run(aws, settings, confirm=lambda _: False).action == "declined"
    client = aws.client("cloudformation")
    with pytest.raises(client.exceptions.ClientError, match="does not exist"):
        client.describe_stacks(StackName=runs.name(settings))


def test_a_bucket_of_somebodys_own_is_not_taken_over(
    aws: boto3.Session, settings: Settings
) -> None:
    bucket = runs.take(aws, settings, "tfstate")
    with pytest.raises(UserError) as refusal:
        runs.run(aws, settings)
    text = str(refusal.value)
    assert text.startswith(
        f"the bucket {bucket} exists outside the stack, and what belongs to it does not "
        "(An error occurred (NotFoundException)"
    )
    assert text.endswith("): restore that, or empty and delete the bucket")
