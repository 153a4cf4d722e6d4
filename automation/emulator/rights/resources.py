"""The resources that a call is about, as ARNs, by the parameters that name them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

from automation.emulator.calls import ApiCall
from automation.emulator.rights import actions

# By IAM's name of the service and the parameter: how the ARN goes on after the account.
_NAMED: Mapping[str, Mapping[str, str]] = {
    "autoscaling": {
        "AutoScalingGroupName": "autoScalingGroup:*:autoScalingGroupName/{}",
        "AutoScalingGroupNames": "autoScalingGroup:*:autoScalingGroupName/{}",
    },
    "backup": {
        "BackupPlanId": "backup-plan:{}",
        "BackupVaultName": "backup-vault:{}",
    },
    "cloudformation": {"StackName": "stack/{}/*"},
    "cloudtrail": {"TrailName": "trail/{}"},
    "cloudwatch": {
        "AlarmName": "alarm:{}",
        "AlarmNames": "alarm:{}",
        "DashboardName": "dashboard/{}",
        "DashboardNames": "dashboard/{}",
    },
    "dynamodb": {"TableName": "table/{}"},
    "events": {"EventBusName": "event-bus/{}"},
    "iam": {
        "InstanceProfileName": "instance-profile/{}",
        "RoleName": "role/{}",
        "UserName": "user/{}",
    },
    "logs": {
        "deliveryDestinationName": "delivery-destination:{}",
        "deliverySourceName": "delivery-source:{}",
        "logGroupName": "log-group:{}",
        "logGroupNamePrefix": "log-group:{}",
    },
    "rds": {
        "DBInstanceIdentifier": "db:{}",
        "DBParameterGroupName": "pg:{}",
        "DBSnapshotIdentifier": "snapshot:{}",
        "DBSubnetGroupName": "subgrp:{}",
        "FinalDBSnapshotIdentifier": "snapshot:{}",
        "OptionGroupName": "og:{}",
        "SourceDBInstanceIdentifier": "db:{}",
        "SubscriptionName": "es:{}",
    },
    "servicequotas": {"QuotaCode": "*/{}"},
    "sns": {"Name": "{}"},
    "sqs": {"QueueName": "{}", "QueueUrl": "{}"},
    "ssm": {
        "Name": "parameter{}",
        "Names": "parameter{}",
        "Path": "parameter{}",
        "ResourceId": "parameter{}",
        "SessionId": "session/{}",
    },
    "xray": {"GroupName": "group/{}/*"},
}
# By the action, where the parameter says too little; what AWS makes up is any.
_OF_ACTIONS = {
    "cloudtrail:CreateTrail": "trail/{Name}",
    "cloudtrail:DeleteTrail": "trail/{Name}",
    "cloudtrail:GetTrail": "trail/{Name}",
    "cloudtrail:GetTrailStatus": "trail/{Name}",
    "cloudtrail:StartLogging": "trail/{Name}",
    "cloudtrail:StopLogging": "trail/{Name}",
    "cloudtrail:UpdateTrail": "trail/{Name}",
    "elasticloadbalancing:CreateLoadBalancer": "loadbalancer/app/{Name}/*",
    "elasticloadbalancing:CreateTargetGroup": "targetgroup/{Name}/*",
    "iam:CreatePolicy": "policy/{PolicyName}",
    "secretsmanager:CreateSecret": "secret:{Name}-AbCdEf",
    "logs:PutDeliverySource": "delivery-source:{name}",
    "logs:PutDeliveryDestination": "delivery-destination:{name}",
    "logs:GetDeliverySource": "delivery-source:{name}",
    "logs:GetDeliveryDestination": "delivery-destination:{name}",
    "logs:DeleteDeliverySource": "delivery-source:{name}",
    "logs:DeleteDeliveryDestination": "delivery-destination:{name}",
    "logs:GetDelivery": "delivery:{id}",
    "logs:DeleteDelivery": "delivery:{id}",
    "route53:ChangeTagsForResource": "{ResourceType}/{ResourceId}",
    "route53:DeleteHealthCheck": "healthcheck/{HealthCheckId}",
    "route53:GetHealthCheck": "healthcheck/{HealthCheckId}",
    "route53:ListTagsForResource": "{ResourceType}/{ResourceId}",
    "route53:UpdateHealthCheck": "healthcheck/{HealthCheckId}",
    "s3:CreateAccessPoint": "accesspoint/{Name}",
    "s3:DeleteAccessPoint": "accesspoint/{Name}",
    "s3:DeleteAccessPointPolicy": "accesspoint/{Name}",
    "s3:GetAccessPoint": "accesspoint/{Name}",
    "s3:GetAccessPointPolicy": "accesspoint/{Name}",
    "s3:GetAccessPointPolicyStatus": "accesspoint/{Name}",
    "s3:PutAccessPointPolicy": "accesspoint/{Name}",
}
# A parameter that only says where to look for what the action is about.
_BESIDE = {
    "backup:DeleteRecoveryPoint": "BackupVaultName",
    "backup:UpdateRecoveryPointLifecycle": "BackupVaultName",
}
# What an alias is of is asked, too.
# https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
_OF_ALIASES = frozenset({"kms:DeleteAlias", "kms:UpdateAlias"})
# By the prefix of an id in EC2.
_IDS = {
    "acl": "network-acl",
    "ami": "image",
    "dopt": "dhcp-options",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
# What they make has no name yet.
_CREATING = ("Allocate", "Create", "Request", "Run")
_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Names(Protocol):
    """What only the account knows about names."""

    def key(self, name: str, region: str) -> str:
        """The ARN of a KMS key by its id, ARN or alias."""

    def secret(self, name: str, region: str) -> str:
        """The ARN of a secret by its name or ARN."""

    def has_object(self, bucket: str, key: str) -> bool:
        """Whether a bucket, or one that an access point leads to, has an object."""

    def bucket_arn(self, name: str) -> str:
        """The ARN of a bucket, or of an access point by its alias or ARN."""

    @property
    def account_id(self) -> str:
        """The account's number."""


def of(call: ApiCall, action: str, names: Names) -> list[str]:
    """The ARNs that a call's action is decided upon; "*" for one that is about none."""
    if call.service == "s3":
        return [_object_or_bucket(call, action, names)]
    known = actions.details(action)
    types = known["resourceTypes"] if known else []
    if action in _OF_ACTIONS and not types:
        return list(_named(call, action, names))[:1]
    if not types:
        return ["*"]
    service = action.partition(":")[0]
    patterns = {each["name"]: actions.pattern(service, each["name"]) for each in types}
    found = list(dict.fromkeys(_named(call, action, names)))
    fitting = [arn for arn in found if any(_fits(each, arn) for each in patterns.values())]
    # Several kinds of one resource, such as a listener's, are alternatives.
    known_kinds = {
        _kind(each) for each in patterns.values() if any(_fits(each, arn) for arn in fitting)
    }
    required = [patterns[each["name"]] for each in types if each["required"]]
    missing = [
        _filled(each, "*", call.region, names.account_id)
        for each in required
        if _kind(each) not in known_kinds
    ]
    if fitting and not call.name.startswith(_CREATING):
        return fitting
    return fitting + missing or ["*"]


def _kind(pattern: str) -> str:
    """What a form of ARNs calls the resource."""
    return re.split(r"[/:]", pattern.split(":", 5)[5])[0]


def _named(call: ApiCall, action: str, names: Names) -> Iterator[str]:
    service = action.partition(":")[0]
    if action in _OF_ACTIONS:
        name = _OF_ACTIONS[action].format_map(_Known(call.parameters))
        # What is named by its ARN is found below.
        yield from () if "/arn:" in name else _arns(call, service, name, names)
    named = _NAMED.get(service, {})
    beside = _BESIDE.get(action)
    for parameter, value in leaves(call.parameters, without=beside):
        if service == "kms" and parameter in ("AliasName", "KeyId", "TargetKeyId"):
            yield from _keys(call, action, parameter, value, names)
        elif parameter == "SecretId":
            yield names.secret(value, call.region)
        elif value.startswith("arn:"):
            yield value
        elif service == "ssm" and (arn := _of_systems_manager(call, parameter, value, names)):
            yield arn
        elif parameter in named:
            # An address of a queue ends in its name.
            last = value.rpartition("/")[2] if parameter == "QueueUrl" else value
            yield from _arns(call, service, named[parameter].format(last), names)
        elif service == "ec2" and (id_ := _ID.fullmatch(value)) and id_[1] in _IDS:
            yield from _arns(call, service, f"{_IDS[id_[1]]}/{value}", names)
        elif parameter in ("Id", "HostedZoneId") and service in ("cloudfront", "route53"):
            yield _by_id(service, action, value, names)


def _of_systems_manager(call: ApiCall, parameter: str, value: str, names: Names) -> str | None:
    """Of AWS's own parameters and documents, which are in no account, and of instances."""
    ssm, ec2 = (f"arn:aws:{service}:{call.region}" for service in ("ssm", "ec2"))
    if value.startswith("/aws/service/"):
        return f"{ssm}::parameter{value}"
    if parameter == "DocumentName":
        owner = "" if value.startswith("AWS-") else names.account_id
        return f"{ssm}:{owner}:document/{value}"
    if parameter in ("InstanceIds", "Target"):
        return f"{ec2}:{names.account_id}:instance/{value}"
    return None


def _keys(call: ApiCall, action: str, parameter: str, value: str, names: Names) -> Iterator[str]:
    if parameter == "AliasName":
        yield from _arns(call, "kms", value, names)
    if parameter != "AliasName" or action in _OF_ALIASES:
        yield names.key(value, call.region)


def _by_id(service: str, action: str, value: str, names: Names) -> str:
    known = actions.details(action)
    first = next(iter(known["resourceTypes"] if known else ()), None)
    if first is None:
        return "*"
    pattern = actions.pattern(service, first["name"])
    return _filled(pattern, value.rpartition("/")[2], "", names.account_id)


def _object_or_bucket(call: ApiCall, action: str, names: Names) -> str:
    bucket = call.parameters.get("Bucket")
    if bucket is None:
        return "*"
    arn = names.bucket_arn(bucket)
    key = call.parameters.get("Key")
    if action == "s3:DeleteObject" and call.name == "DeleteObjects":
        key = "*"
    if key is None:
        return arn
    inside = "object/" if ":accesspoint/" in arn else ""
    return f"{arn}/{inside}{key}"


def of_missing_object(call: ApiCall, names: Names) -> list[str]:
    """The bucket whose objects one has to be allowed to list, to be told that one is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    if call.service != "s3" or call.name not in ("GetObject", "HeadObject"):
        return []
    bucket = call.parameters["Bucket"]
    return [] if names.has_object(bucket, call.parameters["Key"]) else [names.bucket_arn(bucket)]


def leaves(value: Any, name: str = "", *, without: str | None = None) -> Iterator[tuple[str, str]]:
    """All texts among parameters, each after the name of the member that it is in."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, key) if key != without else ()
    elif isinstance(value, str):
        yield name, value
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for each in value:
            yield from leaves(each, name)


def _arns(call: ApiCall, service: str, name: str, names: Names) -> Iterator[str]:
    """With region and account, and without, as services do it; that of a resource type fits."""
    yield f"arn:aws:{service}:{call.region}:{names.account_id}:{name}"
    yield f"arn:aws:{service}::{names.account_id}:{name}"
    yield f"arn:aws:{service}:::{name}"


def _filled(pattern: str, value: str, region: str, account_id: str) -> str:
    own = {"Partition": "aws", "Region": region, "Account": account_id}
    return _VARIABLE.sub(lambda found: own.get(found[1], value), pattern)


def _fits(pattern: str, arn: str) -> bool:
    return _compiled(pattern).fullmatch(arn) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # AWS's own public parameters and documents are in no account.
    account = "[^:]*" if re.search(r":(parameter|document)/", pattern) else "[^:]+"
    known = {"Partition": "[^:]+", "Region": "[^:]+", "Account": account}
    parts = _VARIABLE.split(pattern)
    text = [
        re.escape(part).replace(r"\*", ".*") if number % 2 == 0 else known.get(part, ".+")
        for number, part in enumerate(parts)
    ]
    return re.compile("".join(text))


class _Known(dict[str, Any]):
    """Parameters, of which one that is missing may be any."""

    def __missing__(self, key: str) -> str:
        return "*"
