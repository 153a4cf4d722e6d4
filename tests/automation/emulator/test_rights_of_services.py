"""What services do for themselves is refused as it is configured, unless policies allow it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from automation.emulator import Emulator
from config import Naming
from modules.audit.trail import trail_delivery
from modules.encryption import key_policy
from modules.policy import Statement, assume_role_policy, policy_document
from modules.storage import bucket_policy
from tests.automation.emulator.acting import ACCOUNT, denied

REGION = "us-west-2"
NAMING = Naming(environment="dev", app_id="shop", account_id=ACCOUNT, region=REGION)
HOME = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
LOGS = NAMING.bucket("logs")
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


def nobody() -> str:
    """A policy of a key that lets its account manage it, and nobody else use it."""
    root = {"AWS": NAMING.account_root}
    return policy_document(
        Statement(sid="Own", principals=root, actions=["kms:*"], resources=["*"])
    )


def key_of(emulator: Emulator, *statements: Statement, region: str = REGION) -> str:
    policy = json.loads(nobody())
    policy["Statement"] += (
        json.loads(policy_document(*statements))["Statement"] if statements else []
    )
    kms = emulator.client("kms", region=region)
    return str(kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"])


@dataclass(frozen=True)
class Bucket:
    """A bucket that is given policies, as the platform makes them or lessened."""

    client: Any
    name: str

    def lets(self, *statements: Statement, **changes: Any) -> None:
        document = json.loads(policy_document(*statements))
        for each in document["Statement"]:
            each.update(changes)
        self.client.put_bucket_policy(Bucket=self.name, Policy=json.dumps(document))


@pytest.fixture
def bucket(emulator: Emulator) -> Iterator[Callable[[str], Bucket]]:
    s3, made = emulator.client("s3"), []

    def create(name: str) -> Bucket:
        s3.create_bucket(Bucket=name, **HOME)
        made.append(name)
        return Bucket(s3, name)

    yield create
    for name in made:
        s3.delete_bucket(Bucket=name)


def role_of(emulator: Emulator, name: str, trust: str, *statements: Statement) -> str:
    iam = emulator.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=policy_document(*statements)
        )
    return str(arn)


def test_access_logs_are_written_to_a_bucket_that_lets_s3(
    bucket: Callable[[str], Bucket],
) -> None:
    logs, source = bucket(LOGS), bucket("dev-shop-assets")
    target = {"TargetBucket": LOGS, "TargetPrefix": "s3/dev-shop-assets/"}
    log = partial(
        source.client.put_bucket_logging,
        Bucket=source.name,
        BucketLoggingStatus={"LoggingEnabled": target},
    )
    statements = bucket_policy.log_delivery(NAMING, f"arn:aws:s3:::{LOGS}")
    code, said = denied(log)
    assert code == "InvalidTargetBucketForLogging"
    assert said.startswith("The target bucket for logging does not exist, is not owned by you, or ")
    elsewhere = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::another"}}
    logs.lets(*statements, Condition=elsewhere)
    assert denied(log)[0] == code
    logs.lets(*statements)
    log()


def test_a_load_balancer_writes_to_a_bucket_that_lets_it(
    emulator: Emulator, bucket: Callable[[str], Bucket]
) -> None:
    ec2, elb = emulator.client("ec2"), emulator.client("elbv2")
    theirs = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=theirs)["Subnets"]][:2]
    made = elb.create_load_balancer(Name="logs", Subnets=subnets)["LoadBalancers"][0]
    logs = bucket(LOGS)
    values = {"enabled": "true", "bucket": LOGS, "prefix": "alb"}
    modify = partial(
        elb.modify_load_balancer_attributes,
        LoadBalancerArn=made["LoadBalancerArn"],
        Attributes=[
            {"Key": f"access_logs.s3.{name}", "Value": value} for name, value in values.items()
        ],
    )
    refusal = (
        "InvalidConfigurationRequest",
        f"Access Denied for bucket: {LOGS}. Please check S3bucket permission",
    )
    assert denied(modify) == refusal
    statements = bucket_policy.log_delivery(NAMING, f"arn:aws:s3:::{LOGS}")
    only = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    logs.lets(*statements, Condition=only)
    assert denied(modify) == refusal
    logs.lets(*statements)
    modify()
    elb.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])


def test_a_log_group_has_a_key_that_serves_it(emulator: Emulator) -> None:
    logs, name = emulator.client("logs"), "/dev-shop/of-a-key"
    others = key_of(emulator, key_policy.cloudwatch_logs(NAMING, region="us-east-1"))
    message = (
        "The specified KMS key does not exist or is not allowed to be used with Arn "
        f"'{GROUP}{name}'"
    )
    for key in (key_of(emulator), others):
        create = partial(logs.create_log_group, logGroupName=name, kmsKeyId=key)
        assert denied(create) == ("AccessDeniedException", message)
    ours = key_of(emulator, key_policy.cloudwatch_logs(NAMING, region=REGION))
    logs.create_log_group(logGroupName=name, kmsKeyId=ours)
    logs.delete_log_group(logGroupName=name)


def trail_role(emulator: Emulator, name: str, *, trusted: bool = True, may: bool = True) -> str:
    service = "cloudtrail.amazonaws.com" if trusted else "ec2.amazonaws.com"
    write = Statement(
        sid="WriteTrail",
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{GROUP}trail:log-stream:{ACCOUNT}_CloudTrail_{REGION}*"],
    )
    return role_of(emulator, name, assume_role_policy(service), *([write] if may else []))


def test_a_trail_is_made_with_a_bucket_a_key_and_a_role_that_let_it(
    emulator: Emulator, bucket: Callable[[str], Bucket]
) -> None:
    name = "dev-shop-trail"
    audited = bucket(NAMING.bucket("audit"))
    trail = emulator.client("cloudtrail")
    group = f"{GROUP}trail:*"
    emulator.client("logs").create_log_group(logGroupName="trail")
    good = {
        "Name": name,
        "S3BucketName": audited.name,
        "KmsKeyId": key_of(emulator, *key_policy.cloudtrail(NAMING)),
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": trail_role(emulator, "trail"),
    }

    def refused(**changes: Any) -> tuple[str, str]:
        return denied(trail.create_trail, **{**good, **changes})

    assert refused() == (
        "InsufficientS3BucketPolicyException",
        f"Incorrect S3 bucket policy is detected for bucket: {audited.name}",
    )
    arn = f"arn:aws:s3:::{audited.name}"
    this = NAMING.arn("cloudtrail", f"trail/{name}")
    audited.lets(*trail_delivery(NAMING, arn, trail_arn=this))
    key = key_of(emulator)
    assert refused(KmsKeyId=key) == (
        "InsufficientEncryptionPolicyException",
        f"Insufficient permissions to access S3 bucket {audited.name} or KMS key {key}.",
    )
    assert refused(CloudWatchLogsRoleArn=trail_role(emulator, "distrusts", trusted=False)) == (
        "InvalidCloudWatchLogsRoleArnException",
        "Access denied. Check the trust relationships for your role.",
    )
    assert refused(CloudWatchLogsRoleArn=trail_role(emulator, "powerless", may=False)) == (
        "InvalidCloudWatchLogsLogGroupArnException",
        "Access denied. Check the permissions for your role.",
    )
    trail.create_trail(**good)
    trail.delete_trail(Name=name)
    emulator.client("logs").delete_log_group(logGroupName="trail")


def test_queries_are_logged_where_route_53_may_write(emulator: Emulator) -> None:
    dns, logs = emulator.client("route53"), emulator.client("logs", region="us-east-1")
    zone = dns.create_hosted_zone(Name="logged.example", CallerReference="logged")["HostedZone"]
    group, id_ = "/aws/route53/logged", zone["Id"].rpartition("/")[2]
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"
    log = partial(dns.create_query_logging_config, HostedZoneId=id_, CloudWatchLogsLogGroupArn=arn)
    assert denied(log) == (
        "InsufficientCloudWatchLogsResourcePolicy",
        "The resource policy that you're using for Route 53 query logging doesn't grant Route 53 "
        "sufficient permission to create a log stream in the specified log group.",
    )
    write = Statement(
        sid="WriteQueryLogs",
        principals={"Service": "route53.amazonaws.com"},
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[arn],
        conditions={"ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{id_}"}},
    )
    logs.put_resource_policy(policyName="dns", policyDocument=policy_document(write))
    made = log()["QueryLoggingConfig"]["Id"]
    dns.delete_query_logging_config(Id=made)
    logs.delete_resource_policy(policyName="dns")
    dns.delete_hosted_zone(Id=id_)


def test_databases_tell_their_events_to_a_topic_that_lets_them(emulator: Emulator) -> None:
    rds, sns = emulator.client("rds"), emulator.client("sns")
    topic = sns.create_topic(Name="events")["TopicArn"]
    subscribe = partial(
        rds.create_event_subscription, SubscriptionName="dev-shop-events", SnsTopicArn=topic
    )
    assert denied(subscribe) == (
        "SNSNoAuthorization",
        "You do not have permission to publish to the SNS topic ARN.",
    )
    publish = Statement(
        sid="Publish",
        principals={"Service": "events.rds.amazonaws.com"},
        actions=["sns:Publish"],
        resources=[topic],
        conditions={"ArnLike": {"aws:SourceArn": NAMING.arn("rds", f"es:{NAMING.prefix}-*")}},
    )
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy_document(publish)
    )
    subscribe()
    rds.delete_event_subscription(SubscriptionName="dev-shop-events")
    sns.delete_topic(TopicArn=topic)


def test_a_database_is_watched_in_a_role_that_rds_may_assume(emulator: Emulator) -> None:
    rds, iam = emulator.client("rds"), emulator.client("iam")
    trusts = assume_role_policy("monitoring.rds.amazonaws.com")
    powerless = role_of(emulator, "unwatched", trusts)
    distrusts = role_of(emulator, "distrusted", assume_role_policy("ec2.amazonaws.com"))
    database: Mapping[str, Any] = {
        "DBInstanceIdentifier": "watched",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "mysql",
        "AllocatedStorage": 20,
        "MasterUsername": "platform",
        "MasterUserPassword": "of-a-test",
        "MonitoringInterval": 60,
    }
    for role in (powerless, distrusts):
        assert denied(rds.create_db_instance, **database, MonitoringRoleArn=role) == (
            "InvalidParameterValue",
            "The IAM role ARN value is invalid or does not include the required permissions for: "
            "ENHANCED_MONITORING",
        )
    managed = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName="unwatched", PolicyArn=managed)
    rds.create_db_instance(**database, MonitoringRoleArn=powerless)
    rds.delete_db_instance(DBInstanceIdentifier="watched", SkipFinalSnapshot=True)


def test_backups_are_made_in_a_role_that_aws_backup_may_assume(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="assumed")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "assumed"}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "assumed", "Rules": [rule]})
    distrusts = role_of(emulator, "no-backups", assume_role_policy("ec2.amazonaws.com"))
    trusts = role_of(emulator, "backups", assume_role_policy("backup.amazonaws.com"))

    def selection(role: str) -> dict[str, Any]:
        of = {"SelectionName": "databases", "IamRoleArn": role, "Resources": ["*"]}
        return {"BackupPlanId": plan["BackupPlanId"], "BackupSelection": of}

    assert denied(backup.create_backup_selection, **selection(distrusts)) == (
        "InvalidParameterValueException",
        f"IAM Role {distrusts} cannot be assumed by AWS Backup",
    )
    backup.create_backup_selection(**selection(trusts))
