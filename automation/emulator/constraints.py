"""The constraints on the parameters of a call, and what breaks them.

Those of AWS's models are botocore's, whose own validator knows neither patterns nor enumerations
nor maxima. Patterns are those of Java, and have to match the whole value.
https://smithy.io/2.0/spec/constraint-traits.html

Where a model has none, a parameter has the rule that CloudFormation's schema gives the property of
its name. Those that cfn-lint ships know, for one, which retention periods there are, and how few
or many seconds a health check may take.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from automation.emulator.calls import ApiCall

_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"
Schema = Mapping[str, Any]

# The resource type whose properties a call's parameters are.
_TYPES = {
    "autoscaling": {
        "CreateAutoScalingGroup": "AWS::AutoScaling::AutoScalingGroup",
        "UpdateAutoScalingGroup": "AWS::AutoScaling::AutoScalingGroup",
        "PutScalingPolicy": "AWS::AutoScaling::ScalingPolicy",
        "PutScheduledUpdateGroupAction": "AWS::AutoScaling::ScheduledAction",
    },
    "backup": {"CreateBackupVault": "AWS::Backup::BackupVault"},
    "cloudfront": {
        "CreateDistribution": "AWS::CloudFront::Distribution",
        "UpdateDistribution": "AWS::CloudFront::Distribution",
        "CreateResponseHeadersPolicy": "AWS::CloudFront::ResponseHeadersPolicy",
        "CreateOriginAccessControl": "AWS::CloudFront::OriginAccessControl",
        "CreateVpcOrigin": "AWS::CloudFront::VpcOrigin",
    },
    "cloudtrail": {"CreateTrail": "AWS::CloudTrail::Trail"},
    "cloudwatch": {
        "PutMetricAlarm": "AWS::CloudWatch::Alarm",
        "PutCompositeAlarm": "AWS::CloudWatch::CompositeAlarm",
    },
    "ec2": {
        "CreateVpc": "AWS::EC2::VPC",
        "CreateFlowLogs": "AWS::EC2::FlowLog",
        "CreateVpcEndpoint": "AWS::EC2::VPCEndpoint",
        "CreateLaunchTemplate": "AWS::EC2::LaunchTemplate",
    },
    "elbv2": {
        "CreateTargetGroup": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "ModifyTargetGroup": "AWS::ElasticLoadBalancingV2::TargetGroup",
        "CreateLoadBalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "CreateListener": "AWS::ElasticLoadBalancingV2::Listener",
    },
    "iam": {"CreateRole": "AWS::IAM::Role"},
    "kms": {"CreateKey": "AWS::KMS::Key"},
    "logs": {
        "CreateLogGroup": "AWS::Logs::LogGroup",
        "PutRetentionPolicy": "AWS::Logs::LogGroup",
        "PutMetricFilter": "AWS::Logs::MetricFilter",
    },
    "rds": {
        "CreateDBInstance": "AWS::RDS::DBInstance",
        "CreateDBInstanceReadReplica": "AWS::RDS::DBInstance",
        "ModifyDBInstance": "AWS::RDS::DBInstance",
        "CreateDBSubnetGroup": "AWS::RDS::DBSubnetGroup",
    },
    "secretsmanager": {"CreateSecret": "AWS::SecretsManager::Secret"},
    "sns": {"CreateTopic": "AWS::SNS::Topic"},
    "wafv2": {
        "CreateWebACL": "AWS::WAFv2::WebACL",
        "UpdateWebACL": "AWS::WAFv2::WebACL",
    },
    "xray": {"CreateGroup": "AWS::XRay::Group"},
}
_SCALARS = (str, int, float, bool)


@dataclass(frozen=True)
class Breach:
    """A constraint that a request breaks: the member, its value, and what it must be.

    An `ageing` one is a list of all values that there are, which AWS adds to.
    """

    member: str
    value: object
    constraint: str
    missing: bool = False
    ageing: bool = False

    def __str__(self) -> str:
        said = "null" if self.missing else f"'{self.value}'"
        return (
            f"Value {said} at '{self.member}' failed to satisfy constraint: "
            f"Member must {self.constraint}"
        )


def breaches(shape: Shape, value: Any, member: str = "") -> Iterator[Breach]:
    """Every constraint of a shape that a value breaks, inside it as well."""
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, member)
    elif isinstance(shape, ListShape):
        yield from _within(shape, "length", len(value), value, member)
        for number, each in enumerate(value, start=1):
            yield from breaches(shape.member, each, f"{member}.{number}.member")
    elif isinstance(shape, MapShape):
        yield from _within(shape, "length", len(value), value, member)
        for key, each in value.items():
            yield from breaches(shape.key, key, f"{member}.key")
            yield from breaches(shape.value, each, f"{member}.{key}")
    elif isinstance(shape, StringShape):
        yield from _text(shape, value, member)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _within(shape, "value", value, value, member)
    elif shape.type_name == "blob":
        yield from _within(shape, "length", len(value), "<bytes>", member)


def _structure(shape: StructureShape, value: Mapping[str, Any], member: str) -> Iterator[Breach]:
    inside = f"{member}." if member else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Breach(f"{inside}{camel(name)}", None, "not be null", missing=True)
    for name, each in value.items():
        if each is not None and name in shape.members:
            yield from breaches(shape.members[name], each, f"{inside}{camel(name)}")


def _text(shape: StringShape, value: str, member: str) -> Iterator[Breach]:
    shown = "***" if shape.metadata.get("sensitive") else value
    yield from _within(shape, "length", len(value), shown, member)
    if shape.enum and value not in shape.enum:
        values = f"satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Breach(member, shown, values, ageing=True)
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield Breach(member, shown, f"satisfy regular expression pattern: {pattern}")


def _within(shape: Shape, what: str, size: float, shown: object, member: str) -> Iterator[Breach]:
    for said in bounds(what, size, shape.metadata.get("min"), shape.metadata.get("max")):
        yield Breach(member, shown, said)


def bounds(what: str, size: float, least: float | None, most: float | None) -> Iterator[str]:
    """What a length or a value has to be, and is not."""
    if least is not None and size < least:
        yield f"have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"have {what} less than or equal to {most}"


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern of Java's as Python reads it, for which characters are no pairs of surrogates."""
    return regex.compile(pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF"))


def camel(name: str) -> str:
    """As AWS's messages name a member."""
    return name[:1].lower() + name[1:]


def property_breaches(call: ApiCall) -> Iterator[Breach]:
    """Every rule of a property that a parameter of its name breaks."""
    type_ = _TYPES.get(call.service, {}).get(call.name)
    if type_ is not None and call.operation.input_shape is not None:
        root = _schema(type_, call.region)
        yield from _object(root, root, call.operation.input_shape, call.parameters, "")


@cache
def _schema(type_: str, region: str) -> Schema:
    # It takes half a second, and many accounts are never asked for such a call.
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    schema: Schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_).schema
    return schema


def _object(
    root: Schema, schema: Schema, shape: Shape, value: Mapping[str, Any], member: str
) -> Iterator[Breach]:
    properties = schema.get("properties", {})
    members = shape.members if isinstance(shape, StructureShape) else {}
    inside = f"{member}." if member else ""
    for name, each in value.items():
        property_ = properties.get(name[:1].upper() + name[1:])
        if property_ is not None and name in members:
            yield from _value(root, property_, members[name], each, f"{inside}{camel(name)}")


def _value(root: Schema, schema: Schema, shape: Shape, value: Any, member: str) -> Iterator[Breach]:
    schema = _resolved(root, schema)
    if isinstance(shape, StructureShape):
        yield from _object(root, schema, shape, value, member)
    elif isinstance(shape, ListShape):
        items = schema.get("items", {})
        for number, each in enumerate(value, start=1):
            yield from _value(root, items, shape.member, each, f"{member}.{number}.member")
    elif isinstance(value, _SCALARS):
        values = _values(schema, shape, value)
        if values:
            yield Breach(member, value, values, ageing=True)
        yield from (Breach(member, value, said) for said in _rules(schema, shape, value))


def _resolved(root: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _values(schema: Schema, shape: Shape, value: str | float) -> str:
    """Which values there are, where it is none of them; a number's digits are that number, too."""
    allowed = schema.get("enum", ()) if "enum" not in shape.metadata else ()
    if not allowed or str(value) in map(str, allowed):
        return ""
    return f"satisfy enum value set: [{', '.join(map(str, allowed))}]"


def _rules(schema: Schema, shape: Shape, value: str | float) -> Iterator[str]:
    """What else a value must be and is not."""
    modelled = shape.metadata
    pattern = schema.get("pattern") if "pattern" not in modelled else None
    if pattern and not compiled(pattern).search(str(value)):
        yield f"satisfy regular expression pattern: {pattern}"
    if isinstance(value, bool) or "min" in modelled or "max" in modelled:
        return
    if isinstance(value, str):
        yield from bounds("length", len(value), schema.get("minLength"), schema.get("maxLength"))
    else:
        yield from bounds("value", value, schema.get("minimum"), schema.get("maximum"))
