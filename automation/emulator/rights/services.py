"""Decides what services may do for themselves, where AWS tries it as a configuration is made.

Policies of resources and of roles are asked, whoever makes the configuration. What AWS only finds
out later, such as that an alarm may not tell its topic, is not refused here, either.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from automation.emulator.calls import ApiCall
from automation.emulator.extensions.double import Refused
from automation.emulator.rights.records import Records
from automation.iam import Call, ResourcePolicy, decide
from automation.iam.principals import Principal


@dataclass(frozen=True)
class Service:
    """A service of AWS, with the condition keys that tell on whose behalf it acts."""

    account: Records
    name: str
    context: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Records, name: str, source: str) -> "Service":
        """A service that acts for something of the account's, by its ARN."""
        keys = {"aws:SourceAccount": account.account_id, "aws:SourceArn": source}
        return cls(account, name, keys)

    def may(self, action: str, resource: str, **more: str) -> bool:
        """Whether the policy of the resource allows it."""
        return self.allowed_by(self.account.policy_of(resource), action, resource, more)

    def may_all(self, actions: tuple[str, ...], resource: str, more: Mapping[str, str]) -> bool:
        """Whether the policy of the resource allows all of it."""
        policy = self.account.policy_of(resource)
        return all(self.allowed_by(policy, each, resource, more) for each in actions)

    def assumes(self, role: str) -> bool:
        """Whether a role of the account trusts it."""
        return self.allowed_by(self.account.trust(role), "sts:AssumeRole", role, {})

    def allowed_by(
        self, policy: ResourcePolicy | None, action: str, resource: str, more: Mapping[str, str]
    ) -> bool:
        """Whether a policy allows an action, with more condition keys."""
        context = {"aws:SecureTransport": "true", **self.context, **more}
        who = Principal.service(self.name)
        asked = Call(who, action, resource, context, owner=self.account.account_id)
        return decide(asked, resource=policy).allowed


def refusal(call: ApiCall, account: Records) -> Refused | None:
    """AWS's answer, where a service may not do what the call has it do."""
    check = _CHECKS.get((call.service, call.name))
    return next(check(call, account), None) if check else None


def _access_logs_of_bucket(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    given = (call.parameters.get("BucketLoggingStatus") or {}).get("LoggingEnabled") or {}
    target = account.bucket(given.get("TargetBucket") or "")
    if target is None:
        return
    service = Service.of(
        account, "logging.s3.amazonaws.com", f"arn:aws:s3:::{call.parameters['Bucket']}"
    )
    sample = f"{target.arn}/{given.get('TargetPrefix') or ''}2026-01-01-00-00-00-0123456789ABCDEF"
    if not service.may("s3:PutObject", sample):
        message = (
            "The target bucket for logging does not exist, is not owned by you, or does not have "
            "the appropriate grants for the log-delivery group."
        )
        yield Refused("InvalidTargetBucketForLogging", message)


def _trail(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html#API_CreateTrail_Errors
    given = call.parameters
    name = given["Name"].rpartition("/")[2]
    trail = f"arn:aws:cloudtrail:{call.region}:{account.account_id}:trail/{name}"
    service = Service.of(account, "cloudtrail.amazonaws.com", trail)
    bucket, key = account.bucket(given.get("S3BucketName") or ""), given.get("KmsKeyId")
    if bucket is not None:
        prefix = f"{given['S3KeyPrefix']}/" if given.get("S3KeyPrefix") else ""
        sample = f"{bucket.arn}/{prefix}AWSLogs/{account.account_id}/CloudTrail/it"
        owned = {"s3:x-amz-acl": "bucket-owner-full-control"}
        checked = service.may("s3:GetBucketAcl", bucket.arn)
        if not checked or not service.may("s3:PutObject", sample, **owned):
            message = f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}"
            yield Refused("InsufficientS3BucketPolicyException", message)
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": trail}
    if key and not service.may("kms:GenerateDataKey", account.key(key, call.region), **context):
        where = f"S3 bucket {given.get('S3BucketName')} or KMS key {key}"
        message = f"Insufficient permissions to access {where}."
        yield Refused("InsufficientEncryptionPolicyException", message)
    yield from _trail_of_log_group(call, account, service)


def _trail_of_log_group(call: ApiCall, account: Records, service: Service) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    group = call.parameters.get("CloudWatchLogsLogGroupArn")
    role = call.parameters.get("CloudWatchLogsRoleArn")
    if not group or not role:
        return
    if not service.assumes(role):
        message = "Access denied. Check the trust relationships for your role."
        yield Refused("InvalidCloudWatchLogsRoleArnException", message)
    stream = f"log-stream:{account.account_id}_CloudTrail_{call.region}"
    place = f"{group.removesuffix(':*')}:{stream}"
    actions = ("logs:CreateLogStream", "logs:PutLogEvents")
    if not all(_role_may(account, role, each, place) for each in actions):
        message = "Access denied. Check the permissions for your role."
        yield Refused("InvalidCloudWatchLogsLogGroupArnException", message)


def _role_may(account: Records, role: str, action: str, resource: str) -> bool:
    """Whether a service in a role of the account may do something."""
    session = Principal.session(role, "service")
    asked = Call(session, action, resource, owner=account.account_id)
    return decide(
        asked, identity=account.identity(session), boundary=account.boundary(session)
    ).allowed


def _logs_of_load_balancer(call: ApiCall, account: Records) -> Iterator[Refused]:
    """The documented statement knows the balancer's ARN alone; the bucket encrypts with S3's keys.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    name = "logdelivery.elasticloadbalancing.amazonaws.com"
    service = Service(account, name, {"aws:SourceArn": call.parameters["LoadBalancerArn"]})
    given = {each["Key"]: each.get("Value") for each in call.parameters.get("Attributes") or ()}
    for kind in ("access_logs.s3", "connection_logs.s3"):
        bucket = given.get(f"{kind}.bucket")
        if given.get(f"{kind}.enabled") != "true" or not bucket:
            continue
        prefix = f"{given[f'{kind}.prefix']}/" if given.get(f"{kind}.prefix") else ""
        folder = f"arn:aws:s3:::{bucket}/{prefix}AWSLogs/{account.account_id}"
        may = service.may("s3:PutObject", f"{folder}/ELBAccessLogTestFile")
        if not may or account.bucket_key(bucket):
            message = f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
            yield Refused("InvalidConfigurationRequest", message)


def _key_of_log_group(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    key, given = call.parameters.get("kmsKeyId"), call.parameters
    # What waits for its deletion has an answer of its own.
    if not key or account.is_pending(key, call.region):
        return
    name = given.get("logGroupName")
    own = f"arn:aws:logs:{call.region}:{account.account_id}:log-group:{name}"
    group = own if name else given.get("resourceIdentifier", "")
    service = Service(account, f"logs.{call.region}.amazonaws.com")
    context = {"kms:EncryptionContext:aws:logs:arn": group}
    used = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
    if not service.may_all(used, account.key(key, call.region), context):
        where = f"with Arn '{group}'"
        message = f"The specified KMS key does not exist or is not allowed to be used {where}"
        yield Refused("AccessDeniedException", message)


def _query_logs(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html#API_CreateQueryLoggingConfig_Errors
    zone = call.parameters["HostedZoneId"].rpartition("/")[2]
    source = f"arn:aws:route53:::hostedzone/{zone}"
    service = Service.of(account, "route53.amazonaws.com", source)
    group = call.parameters["CloudWatchLogsLogGroupArn"].removesuffix(":*")
    policies = account.log_policies(group.split(":")[3])
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        stream = f"{group}:log-stream:{zone}/it"
        if not any(service.allowed_by(each, action, stream, {}) for each in policies):
            message = (
                "The resource policy that you're using for Route 53 query logging doesn't grant "
                "Route 53 sufficient permission to create a log stream in the specified log group."
            )
            yield Refused("InsufficientCloudWatchLogsResourcePolicy", message)


def _database_events(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.GrantingPermissions.html
    topic = call.parameters.get("SnsTopicArn")
    if not topic or account.policy_of(topic) is None:
        return
    name = call.parameters["SubscriptionName"]
    source = f"arn:aws:rds:{call.region}:{account.account_id}:es:{name}"
    if not Service.of(account, "events.rds.amazonaws.com", source).may("sns:Publish", topic):
        # Message form not confirmed: it is the one of the API's reference.
        message = "You do not have permission to publish to the SNS topic ARN."
        yield Refused("SNSNoAuthorization", message)


def _database_monitoring(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    role = call.parameters.get("MonitoringRoleArn")
    if not role:
        return
    name = call.parameters["DBInstanceIdentifier"]
    of_account = f"{call.region}:{account.account_id}"
    source = f"arn:aws:rds:{of_account}:db:{name}"
    service = Service.of(account, "monitoring.rds.amazonaws.com", source)
    stream = f"arn:aws:logs:{of_account}:log-group:RDSOSMetrics:log-stream:it"
    if not service.assumes(role) or not _role_may(account, role, "logs:PutLogEvents", stream):
        message = (
            "The IAM role ARN value is invalid or does not include the required permissions for: "
            "ENHANCED_MONITORING"
        )
        yield Refused("InvalidParameterValue", message)


def _backups(call: ApiCall, account: Records) -> Iterator[Refused]:
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
    role = (call.parameters.get("BackupSelection") or {}).get("IamRoleArn")
    keys = {"aws:SourceAccount": account.account_id}
    if role and not Service(account, "backup.amazonaws.com", keys).assumes(role):
        message = f"IAM Role {role} cannot be assumed by AWS Backup"
        yield Refused("InvalidParameterValueException", message)


_CHECKS: Mapping[tuple[str, str], Callable[[ApiCall, Records], Iterator[Refused]]] = {
    ("backup", "CreateBackupSelection"): _backups,
    ("cloudtrail", "CreateTrail"): _trail,
    ("cloudtrail", "UpdateTrail"): _trail,
    ("elbv2", "ModifyLoadBalancerAttributes"): _logs_of_load_balancer,
    ("logs", "AssociateKmsKey"): _key_of_log_group,
    ("logs", "CreateLogGroup"): _key_of_log_group,
    ("rds", "CreateDBInstance"): _database_monitoring,
    ("rds", "CreateDBInstanceReadReplica"): _database_monitoring,
    ("rds", "CreateEventSubscription"): _database_events,
    ("rds", "ModifyDBInstance"): _database_monitoring,
    ("rds", "ModifyEventSubscription"): _database_events,
    ("route53", "CreateQueryLoggingConfig"): _query_logs,
    ("s3", "PutBucketLogging"): _access_logs_of_bucket,
}
