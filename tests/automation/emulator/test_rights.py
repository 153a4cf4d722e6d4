"""A role may do in the emulated account what IAM lets it do, and is denied the rest as AWS does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from tests.automation.emulator.acting import ACCOUNT, ROLE, Service, allow, denied


@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("ec2", "describe_vpcs", "UnauthorizedOperation", 403),
        ("rds", "describe_db_instances", "AccessDenied", 403),
        ("kms", "list_keys", "AccessDeniedException", 400),
        ("s3", "list_buckets", "AccessDenied", 403),
        ("cloudfront", "list_distributions", "AccessDenied", 403),
        ("sns", "list_topics", "AuthorizationError", 403),
    ],
)
def test_whoever_has_no_right_is_denied(
    acting: Callable[..., Service], service: str, call: str, code: str, status: int
) -> None:
    with pytest.raises(ClientError) as denial:
        getattr(acting()(service), call)()
    response = denial.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    given, said = (str(response["Error"][each]) for each in ("Code", "Message"))
    assert given == code
    assert f"User: arn:aws:sts::{ACCOUNT}:assumed-role/tested/test is not authorized" in said
    assert "because no identity-based policy allows the " in said


def test_anybody_may_ask_who_they_are(acting: Callable[..., Service]) -> None:
    assert acting()("sts").get_caller_identity()["Arn"].endswith("assumed-role/tested/test")


def test_a_right_ends_where_its_resource_does(acting: Callable[..., Service]) -> None:
    logs = acting(allow("logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:ours-*"))("logs")
    logs.create_log_group(logGroupName="ours-a")
    code, said = denied(logs.create_log_group, logGroupName="theirs")
    assert code == "AccessDeniedException"
    assert f"on resource: arn:aws:logs:us-west-2:{ACCOUNT}:log-group:theirs" in said


def test_a_right_holds_in_its_region(acting: Callable[..., Service]) -> None:
    only: Any = {"StringEquals": {"aws:RequestedRegion": "us-west-2"}}
    clients = acting(allow("ec2:DescribeVpcs", **only))
    assert clients("ec2").describe_vpcs()["Vpcs"]
    other = clients("ec2", region_name="eu-west-1")  # type: ignore[call-arg]
    assert denied(other.describe_vpcs)[0] == "UnauthorizedOperation"


def test_what_is_created_with_tags_is_tagged(acting: Callable[..., Service]) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    ec2 = acting(allow("ec2:CreateVpc"))("ec2")
    code, said = denied(ec2.create_vpc, CidrBlock="10.0.0.0/16", TagSpecifications=tags)
    assert code == "UnauthorizedOperation"
    assert "perform: ec2:CreateTags on resource" in said


def test_a_role_is_passed_to_its_service(acting: Callable[..., Service]) -> None:
    to_rds = {"StringEquals": {"iam:PassedToService": "monitoring.rds.amazonaws.com"}}
    rds = acting(allow("rds:*"), allow("iam:PassRole", ROLE, **to_rds))("rds")
    database = {
        "DBInstanceIdentifier": "a",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "mysql",
        "MonitoringInterval": 60,
    }
    other = f"arn:aws:iam::{ACCOUNT}:role/other"
    code, said = denied(rds.create_db_instance, **database, MonitoringRoleArn=other)
    assert code == "AccessDenied"
    assert f"perform: iam:PassRole on resource: {other}" in said


def test_a_key_is_used_through_its_service(
    acting: Callable[..., Service], emulator: Emulator
) -> None:
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    via = {"StringEquals": {"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com"}}
    clients = acting(allow("secretsmanager:*"), allow("kms:GenerateDataKey", key, **via))
    secret = {"Name": "of-a-test", "SecretString": "a", "KmsKeyId": key}
    code, said = denied(clients("secretsmanager").create_secret, **secret)
    assert code == "AccessDeniedException"
    assert f"perform: kms:Decrypt on resource: {key}" in said


def test_a_boundary_limits(acting: Callable[..., Service]) -> None:
    clients = acting(allow("*"), boundary=allow("ec2:*"))
    assert clients("ec2").describe_vpcs()["Vpcs"]
    code, said = denied(clients("kms").list_keys)
    assert code == "AccessDeniedException"
    assert "because no permissions boundary allows the kms:ListKeys action" in said


def test_a_buckets_policy_denies(acting: Callable[..., Service], emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    where = {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket="closed", CreateBucketConfiguration=where)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::closed/*",
        "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket="closed", Policy=policy)
    ours = acting(allow("s3:*"))("s3")
    code, said = denied(ours.put_object, Bucket="closed", Key="a", Body=b"")
    assert code == "AccessDenied"
    assert "with an explicit deny in a resource-based policy" in said
    ours.put_object(Bucket="closed", Key="a", Body=b"", ServerSideEncryption="AES256")


def test_a_secret_s_policy_denies_what_iam_allows(
    acting: Callable[..., Service], emulator: Emulator
) -> None:
    secrets = emulator.client("secretsmanager")
    arn = secrets.create_secret(Name="for-others", SecretString="x")["ARN"]
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:root"]}},
    }
    reader = acting(allow("secretsmanager:*"))("secretsmanager")
    assert reader.get_secret_value(SecretId=arn)["SecretString"] == "x"
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=document)
    code, said = denied(reader.get_secret_value, SecretId=arn)
    assert code == "AccessDeniedException"
    assert "with an explicit deny in a resource-based policy" in said
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "x"


PAIRS = [{"Key": "owner", "Value": "them"}]
PLAIN = {"owner": "them"}
SELF = f"arn:aws:sns:us-west-2:{ACCOUNT}:"
# How to make something of theirs, and what to do to it.
THEIRS: dict[str, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "a certificate": (
        "acm",
        lambda acm: acm.request_certificate(DomainName="theirs.example.com", Tags=PAIRS),
        lambda acm: acm.delete_certificate(
            CertificateArn=next(
                each["CertificateArn"]
                for each in acm.list_certificates()["CertificateSummaryList"]
                if each["DomainName"] == "theirs.example.com"
            )
        ),
    ),
    "a vault": (
        "backup",
        lambda backup: backup.create_backup_vault(BackupVaultName="theirs", BackupVaultTags=PLAIN),
        lambda backup: backup.delete_backup_vault(BackupVaultName="theirs"),
    ),
    "an alarm": (
        "cloudwatch",
        lambda watch: watch.put_metric_alarm(
            AlarmName="theirs",
            MetricName="m",
            Namespace="n",
            Period=60,
            EvaluationPeriods=1,
            Statistic="Sum",
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Tags=PAIRS,
        ),
        lambda watch: watch.disable_alarm_actions(AlarmNames=["theirs"]),
    ),
    "a key, by its alias": (
        "kms",
        lambda kms: kms.create_alias(
            AliasName="alias/theirs",
            TargetKeyId=kms.create_key(Tags=[{"TagKey": "owner", "TagValue": "them"}])[
                "KeyMetadata"
            ]["KeyId"],
        ),
        lambda kms: kms.delete_alias(AliasName="alias/theirs"),
    ),
    "a log group": (
        "logs",
        lambda logs: logs.create_log_group(logGroupName="theirs-g", tags=PLAIN),
        lambda logs: logs.delete_log_group(logGroupName="theirs-g"),
    ),
    "a parameter group": (
        "rds",
        lambda rds: rds.create_db_parameter_group(
            DBParameterGroupName="theirs",
            DBParameterGroupFamily="mysql8.4",
            Description="theirs",
            Tags=PAIRS,
        ),
        lambda rds: rds.delete_db_parameter_group(DBParameterGroupName="theirs"),
    ),
    "a topic": (
        "sns",
        lambda sns: sns.create_topic(Name="theirs", Tags=PAIRS),
        lambda sns: sns.delete_topic(TopicArn=f"{SELF}theirs"),
    ),
    "a parameter": (
        "ssm",
        lambda ssm: ssm.put_parameter(Name="/theirs", Value="x", Type="String", Tags=PAIRS),
        lambda ssm: ssm.add_tags_to_resource(
            ResourceType="Parameter", ResourceId="/theirs", Tags=[{"Key": "owner", "Value": "us"}]
        ),
    ),
}


@pytest.mark.parametrize("what", THEIRS)
def test_a_condition_on_tags_is_about_what_is_tagged(
    acting: Callable[..., Service], emulator: Emulator, what: str
) -> None:
    service, make, take = THEIRS[what]
    make(emulator.client(service))
    deny = allow("*", StringEquals={"aws:ResourceTag/owner": "them"}) | {"Effect": "Deny"}
    client = acting(allow("*"), deny)(service)
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        take(client)
    take(emulator.client(service))


def test_whoever_puts_a_role_into_an_instance_profile_passes_it(
    acting: Callable[..., Service], emulator: Emulator
) -> None:
    emulator.client("iam").create_instance_profile(InstanceProfileName="web")
    iam = acting(allow("iam:AddRoleToInstanceProfile"))("iam")
    code, said = denied(iam.add_role_to_instance_profile, InstanceProfileName="web", RoleName="r")
    assert code == "AccessDenied"
    assert f"perform: iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/r" in said
    emulator.client("iam").delete_instance_profile(InstanceProfileName="web")


def test_a_key_is_made_with_the_tags_that_a_policy_wants(acting: Callable[..., Service]) -> None:
    """KMS calls what a tag has otherwise than others do."""
    wanted: Any = {"StringEquals": {"aws:RequestTag/Environment": "dev"}}
    kms = acting(allow(["kms:CreateKey", "kms:TagResource"], **wanted))("kms")
    code, _ = denied(kms.create_key, Tags=[{"TagKey": "Environment", "TagValue": "prod"}])
    assert code == "AccessDeniedException"
    kms.create_key(Tags=[{"TagKey": "Environment", "TagValue": "dev"}])


@pytest.mark.parametrize(
    ("trusted", "statement", "missing"),
    [
        (ROLE, allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/next"), None),
        # Who is named in the trust policy needs nothing more.
        (ROLE, allow("sts:GetSessionToken"), None),
        (f"arn:aws:iam::{ACCOUNT}:root", allow("sts:AssumeRole"), None),
        (f"arn:aws:iam::{ACCOUNT}:root", allow("sts:GetSessionToken"), "identity-based policy"),
        (None, allow("sts:AssumeRole"), "role trust policy"),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(
    acting: Callable[..., Service],
    emulator: Emulator,
    trusted: str | None,
    statement: dict[str, Any],
    missing: str | None,
) -> None:
    sts, iam = acting(statement)("sts"), emulator.client("iam")
    principal = {"AWS": trusted} if trusted else {"Service": "ec2.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="next", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    given = {"RoleArn": arn, "RoleSessionName": "it"}
    if missing:
        code, said = denied(sts.assume_role, **given)
        assert code == "AccessDenied"
        assert said.endswith(f"{arn} because no {missing} allows the sts:AssumeRole action")
    else:
        assert sts.assume_role(**given)["Credentials"]["SessionToken"]
    iam.delete_role(RoleName="next")
