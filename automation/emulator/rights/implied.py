"""The permissions that a call implies: passing roles, using keys, tagging, others' work.

AWS asks for all of it in the caller's name, with the service that asks as `kms:ViaService` or
`iam:PassedToService`.
"""

from collections.abc import Iterator, Mapping, Sequence

from automation.emulator.calls import ApiCall
from automation.emulator.rights import resources
from automation.emulator.rights.actions import Permission
from automation.emulator.rights.records import Records

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
_PASSED_TO = {
    "autoscaling": "ec2.amazonaws.com",
    "backup": "backup.amazonaws.com",
    "cloudtrail": "cloudtrail.amazonaws.com",
    "ec2": "vpc-flow-logs.amazonaws.com",
    "logs": "logs.amazonaws.com",
    "rds": "monitoring.rds.amazonaws.com",
}
# What takes roles without passing them on.
_NO_PASSING = frozenset({"iam", "kms", "s3", "s3control", "secretsmanager", "sns", "sts"})
# Actions on a key by the call that names it, and the parameter.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
# https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
_GRANT = ("CreateGrant", "DescribeKey")
_USE = ("Decrypt", "GenerateDataKey")
_KEYS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("rds", "CreateDBInstance"): {
        "KmsKeyId": _GRANT,
        "MasterUserSecretKmsKeyId": (*_GRANT, *_USE),
        "PerformanceInsightsKMSKeyId": (*_GRANT, *_USE),
    },
    ("rds", "CreateDBInstanceReadReplica"): {
        "KmsKeyId": _GRANT,
        "PerformanceInsightsKMSKeyId": (*_GRANT, *_USE),
    },
    ("backup", "CreateBackupVault"): {"EncryptionKeyArn": (*_GRANT, *_USE, "RetireGrant")},
    ("secretsmanager", "CreateSecret"): {"KmsKeyId": _USE},
    ("secretsmanager", "UpdateSecret"): {"KmsKeyId": _USE},
}
_TAGGING = {
    "acm": "acm:AddTagsToCertificate",
    "autoscaling": "autoscaling:CreateOrUpdateTags",
    "backup": "backup:TagResource",
    "cloudfront": "cloudfront:TagResource",
    "cloudtrail": "cloudtrail:AddTags",
    "cloudwatch": "cloudwatch:TagResource",
    "ec2": "ec2:CreateTags",
    "elbv2": "elasticloadbalancing:AddTags",
    "kms": "kms:TagResource",
    "logs": "logs:TagResource",
    "rds": "rds:AddTagsToResource",
    "secretsmanager": "secretsmanager:TagResource",
    "sns": "sns:TagResource",
    "ssm": "ssm:AddTagsToResource",
    "wafv2": "wafv2:TagResource",
    "xray": "xray:TagResource",
}
_TAGS = ("Tags", "TagSpecifications", "tags", "BackupVaultTags", "BackupPlanTags", "TagsList")
# The service-linked role that a first call makes.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
_LINKED = {
    ("autoscaling", "CreateAutoScalingGroup"): "autoscaling.amazonaws.com",
    ("backup", "CreateBackupSelection"): "backup.amazonaws.com",
    ("cloudfront", "CreateVpcOrigin"): "vpcorigin.cloudfront.amazonaws.com",
    ("elbv2", "CreateLoadBalancer"): "elasticloadbalancing.amazonaws.com",
    ("logs", "CreateDelivery"): "delivery.logs.amazonaws.com",
    ("rds", "CreateDBInstance"): "rds.amazonaws.com",
    ("wafv2", "PutLoggingConfiguration"): "wafv2.amazonaws.com",
}
# What else a call does in the caller's name.
_ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
    ("backup", "CreateBackupVault"): ("backup-storage:MountCapsule",),
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    ("wafv2", "PutLoggingConfiguration"): (
        "logs:CreateLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:PutResourcePolicy",
    ),
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-user.html
    ("ec2", "CreateFlowLogs"): ("logs:CreateLogDelivery",),
    ("ec2", "DeleteFlowLogs"): ("logs:DeleteLogDelivery",),
}


def of(call: ApiCall, arns: Sequence[str], account: Records) -> Iterator[Permission]:
    """Everything that a call needs beside its own action, which is on `arns`."""
    yield from _passing(call, account)
    yield from _keys(call, account)
    yield from _objects(call, account)
    yield from _secrets(call, account)
    yield from _instances(call, account)
    yield from _linked(call, account)
    yield from _tagging(call, arns)
    for action in _ALSO.get((call.service, call.name), ()):
        yield Permission(action, "*")


def _passing(call: ApiCall, account: Records) -> Iterator[Permission]:
    if call.name == "AddRoleToInstanceProfile":
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
        role = f"arn:aws:iam::{account.account_id}:role/{call.parameters['RoleName']}"
        yield _pass_role(role, "ec2.amazonaws.com")
    if call.service in _NO_PASSING:
        return
    for _, value in resources.leaves(call.parameters):
        own = value.startswith(f"arn:aws:iam::{account.account_id}:role/")
        if own and "/aws-service-role/" not in value:
            yield _pass_role(value, _PASSED_TO.get(call.service, ""))


def _pass_role(arn: str, service: str) -> Permission:
    return Permission("iam:PassRole", arn, {"iam:PassedToService": service})


def _keys(call: ApiCall, account: Records) -> Iterator[Permission]:
    for parameter, operations in _KEYS.get((call.service, call.name), {}).items():
        name = call.parameters.get(parameter)
        if name:
            yield from _via(call.service, call.region, name, operations, account)


def _via(
    service: str, region: str, key: str, operations: tuple[str, ...], account: Records
) -> Iterator[Permission]:
    arn = account.key(key, region)
    context = {
        "kms:ViaService": f"{service}.{region}.amazonaws.com",
        "kms:CallerAccount": account.account_id,
        "kms:ResourceAliases": account.aliases(arn),
        "kms:GrantIsForAWSResource": "true",
    }
    for each in operations:
        yield Permission(f"kms:{each}", arn, context)


def _objects(call: ApiCall, account: Records) -> Iterator[Permission]:
    """S3 decrypts and encrypts in the name of whoever reads and writes."""
    operation = {
        "GetObject": "Decrypt",
        "PutObject": "GenerateDataKey",
        "CopyObject": "GenerateDataKey",
        "CreateMultipartUpload": "GenerateDataKey",
    }.get(call.name)
    if call.service != "s3" or operation is None:
        return
    named = call.parameters.get("SSEKMSKeyId")
    key = named or account.bucket_key(call.parameters["Bucket"])
    if key:
        yield from _via("s3", call.region, key, (operation,), account)


def _secrets(call: ApiCall, account: Records) -> Iterator[Permission]:
    """Secrets Manager decrypts in the name of whoever reads; RDS makes a secret for a password."""
    if call.service == "secretsmanager" and call.name in ("GetSecretValue", "PutSecretValue"):
        key = account.secret_key(call.parameters["SecretId"], call.region)
        operations = ("Decrypt",) if call.name == "GetSecretValue" else _USE
        if key:
            yield from _via("secretsmanager", call.region, key, operations, account)
    if call.service == "rds" and call.parameters.get("ManageMasterUserPassword"):
        arn = f"arn:aws:secretsmanager:{call.region}:{account.account_id}:secret:rds!db-*"
        for each in ("CreateSecret", "TagResource"):
            yield Permission(f"secretsmanager:{each}", arn)


def _instances(call: ApiCall, account: Records) -> Iterator[Permission]:
    """Whoever sets a group's launch template up needs what it takes to launch from it.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
    """
    changing = ("CreateAutoScalingGroup", "UpdateAutoScalingGroup")
    if call.service != "autoscaling" or call.name not in changing:
        return
    for parameter, value in resources.leaves(call.parameters):
        if parameter not in ("LaunchTemplateId", "LaunchTemplateName"):
            continue
        data = account.launch_template(value, call.region)
        everything = f"arn:aws:ec2:{call.region}:{account.account_id}:instance/*"
        yield Permission("ec2:RunInstances", everything)
        if data.get("TagSpecifications"):
            yield Permission("ec2:CreateTags", everything, {"ec2:CreateAction": "RunInstances"})
        profile = data.get("IamInstanceProfile", {})
        role = account.role_of_profile(profile.get("Name") or profile.get("Arn") or "")
        if role:
            yield _pass_role(role, "ec2.amazonaws.com")


def _linked(call: ApiCall, account: Records) -> Iterator[Permission]:
    service = _LINKED.get((call.service, call.name))
    if service and not account.has_role_of_service(service):
        arn = f"arn:aws:iam::{account.account_id}:role/aws-service-role/{service}/*"
        yield Permission("iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": service})


def _tagging(call: ApiCall, arns: Sequence[str]) -> Iterator[Permission]:
    """Tags that come with what is created need the right to tag it."""
    making = call.name.startswith(("Create", "Put", "Request", "Allocate", "Run"))
    tagged = any(call.parameters.get(each) for each in _TAGS)
    action = _TAGGING.get(call.service)
    if call.service == "iam":
        action = f"iam:Tag{call.name.removeprefix('Create')}"
    if action and making and tagged and action.partition(":")[2] != call.name:
        context = {"ec2:CreateAction": call.name} if call.service == "ec2" else {}
        yield from (Permission(action, arn, context) for arn in arns)
