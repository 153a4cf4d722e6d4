from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused

TEMPLATE = """
Parameters:
  Name: {Type: String, AllowedPattern: "[a-z-]+"}
  Days: {Type: Number, Default: 7}
  Second: {Type: String, Default: "no"}
Conditions:
  HasSecond: !Not [!Equals [!Ref Second, "no"]]
Resources:
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref First
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: Deny
            Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource: !Sub ${First.Arn}/*
            Condition: {Bool: {aws:SecureTransport: "false"}}
  First:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Ref Name
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration:
        Rules: [{Id: all, Status: Enabled, ExpirationInDays: !Ref Days}]
  Second:
    Type: AWS::S3::Bucket
    Condition: HasSecond
    DeletionPolicy: Retain
    Properties: {BucketName: !Sub "${Name}-second"}
Outputs:
  First: {Value: !GetAtt First.Arn}
"""


def arguments(name: str, **parameters: str) -> dict[str, Any]:
    values = {"Name": name, **parameters}
    return {
        "StackName": name,
        "TemplateBody": TEMPLATE,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
        ],
    }


def look(emulator: Emulator, name: str) -> dict[str, Any]:
    (stack,) = emulator.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    found: dict[str, Any] = stack
    return found


def create(emulator: Emulator, name: str, **parameters: str) -> None:
    emulator.client("cloudformation").create_stack(**arguments(name, **parameters))
    assert look(emulator, name)["StackStatus"] == "CREATE_IN_PROGRESS"


def update(emulator: Emulator, name: str, **parameters: str) -> list[dict[str, Any]]:
    client = emulator.client("cloudformation")
    given = {**arguments(name, **parameters), "ChangeSetName": "change"}
    id_ = client.create_change_set(**given)["Id"]
    found = client.describe_change_set(ChangeSetName=id_)
    client.execute_change_set(ChangeSetName=id_)
    look(emulator, name)
    return [each["ResourceChange"] for each in found["Changes"]]


def test_a_stack_makes_what_its_template_says(emulator: Emulator) -> None:
    create(emulator, "made")
    s3 = emulator.client("s3")
    assert s3.get_bucket_versioning(Bucket="made")["Status"] == "Enabled"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="made")["Rules"]
    assert rule["Expiration"] == {"Days": 7}
    assert "arn:aws:s3:::made/*" in s3.get_bucket_policy(Bucket="made")["Policy"]
    stack = look(emulator, "made")
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Outputs"] == [{"OutputKey": "First", "OutputValue": "arn:aws:s3:::made"}]


def test_what_another_resource_needs_comes_first(emulator: Emulator) -> None:
    create(emulator, "ordered")
    events = emulator.client("cloudformation").describe_stack_events(StackName="ordered")
    made = [
        event["LogicalResourceId"]
        for event in reversed(events["StackEvents"])
        if event["ResourceStatus"] == "CREATE_COMPLETE"
    ]
    assert made == ["First", "Policy", "ordered"]


def test_conditions_count_in_updates_too(emulator: Emulator) -> None:
    create(emulator, "conditional")
    changes = update(emulator, "conditional", Second="yes", Days="9")
    found = [(each["Action"], each["LogicalResourceId"]) for each in changes]
    assert found == [("Modify", "First"), ("Add", "Second")]
    s3 = emulator.client("s3")
    s3.head_bucket(Bucket="conditional-second")
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="conditional")["Rules"]
    assert rule["Expiration"] == {"Days": 9}
    (change,) = update(emulator, "conditional", Days="9")
    assert change["Action"] == "Remove"
    s3.head_bucket(Bucket="conditional-second")


def test_a_change_set_without_changes_fails(emulator: Emulator) -> None:
    create(emulator, "same")
    client = emulator.client("cloudformation")
    look(emulator, "same")
    id_ = client.create_change_set(**arguments("same"), ChangeSetName="none")["Id"]
    found = client.describe_change_set(ChangeSetName=id_)
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")


def test_a_creation_that_fails_leaves_nothing(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    location = {"LocationConstraint": emulator.region}
    s3.create_bucket(Bucket="taken-second", CreateBucketConfiguration=location)
    create(emulator, "taken", Second="yes")
    assert look(emulator, "taken")["StackStatus"] == "ROLLBACK_COMPLETE"
    assert refused(s3.head_bucket, Bucket="taken") == "404"
    s3.head_bucket(Bucket="taken-second")


def test_an_update_that_fails_is_rolled_back(emulator: Emulator) -> None:
    create(emulator, "back")
    s3 = emulator.client("s3")
    location = {"LocationConstraint": emulator.region}
    s3.create_bucket(Bucket="back-second", CreateBucketConfiguration=location)
    update(emulator, "back", Second="yes", Days="9")
    assert look(emulator, "back")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="back")["Rules"]
    assert rule["Expiration"] == {"Days": 7}


def test_a_deletion_keeps_what_is_retained_and_fails_for_what_is_in_use(
    emulator: Emulator,
) -> None:
    create(emulator, "kept", Second="yes")
    look(emulator, "kept")
    s3, client = emulator.client("s3"), emulator.client("cloudformation")
    s3.put_object(Bucket="kept", Key="object", Body=b"x")
    client.delete_stack(StackName="kept")
    look(emulator, "kept")
    assert look(emulator, "kept")["StackStatus"] == "DELETE_FAILED"
    for version in s3.list_object_versions(Bucket="kept")["Versions"]:
        s3.delete_object(Bucket="kept", Key="object", VersionId=version["VersionId"])
    id_ = look(emulator, "kept")["StackId"]
    client.delete_stack(StackName="kept")
    assert look(emulator, id_)["StackStatus"] == "DELETE_IN_PROGRESS"
    assert look(emulator, id_)["StackStatus"] == "DELETE_COMPLETE"
    assert refused(client.describe_stacks, StackName="kept") == "ValidationError"
    s3.head_bucket(Bucket="kept-second")


def test_a_token_makes_a_call_safe_to_repeat(emulator: Emulator) -> None:
    client = emulator.client("cloudformation")
    given = {**arguments("token"), "ClientRequestToken": "one"}
    first = client.create_stack(**given)
    assert client.create_stack(**given)["StackId"] == first["StackId"]
    code = refused(client.create_stack, **{**given, "ClientRequestToken": "two"})
    assert code == "AlreadyExistsException"


def test_a_protected_stack_is_not_deleted(emulator: Emulator) -> None:
    client = emulator.client("cloudformation")
    client.create_stack(**arguments("guarded"), EnableTerminationProtection=True)
    look(emulator, "guarded")
    assert refused(client.delete_stack, StackName="guarded") == "ValidationError"
    client.update_termination_protection(StackName="guarded", EnableTerminationProtection=False)
    client.delete_stack(StackName="guarded")
    assert refused(client.describe_stacks, StackName="guarded") == "ValidationError"


@pytest.mark.parametrize("parameters", [{"Name": "UPPER"}, {"Unknown": "x"}, {"Name": ""}])
def test_faulty_parameters_are_refused(emulator: Emulator, parameters: dict[str, str]) -> None:
    client = emulator.client("cloudformation")
    given = arguments("faulty", **parameters)
    assert refused(client.create_stack, **given) == "ValidationError"


def test_resources_that_exist_can_be_taken_over(emulator: Emulator) -> None:
    client, s3 = emulator.client("cloudformation"), emulator.client("s3")
    location = {"LocationConstraint": emulator.region}
    s3.create_bucket(Bucket="taken-over", CreateBucketConfiguration=location)
    s3.put_bucket_policy(Bucket="taken-over", Policy='{"Statement": []}')
    identifiers = {
        "First": ("AWS::S3::Bucket", {"BucketName": "taken-over"}),
        "Policy": ("AWS::S3::BucketPolicy", {"Bucket": "taken-over"}),
    }
    imported = [
        {"ResourceType": kind, "LogicalResourceId": name, "ResourceIdentifier": identifier}
        for name, (kind, identifier) in identifiers.items()
    ]
    id_ = client.create_change_set(
        **arguments("taken-over"),
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        ResourcesToImport=imported,
    )["Id"]
    assert look(emulator, "taken-over")["StackStatus"] == "REVIEW_IN_PROGRESS"
    client.execute_change_set(ChangeSetName=id_)
    look(emulator, "taken-over")
    assert look(emulator, "taken-over")["StackStatus"] == "IMPORT_COMPLETE"
    # As they were, whatever the template says.
    assert "Status" not in s3.get_bucket_versioning(Bucket="taken-over")
