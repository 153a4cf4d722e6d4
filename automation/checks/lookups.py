"""AWS resources that several checks look up, by the names that `Naming` gives."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from automation.aws.clients import Clients
from automation.checks import Claim, equal, holds, only, same
from config import Settings
from config.application import ORIGIN_SECRETS, Where

if TYPE_CHECKING:
    from types_boto3_acm.type_defs import CertificateDetailTypeDef
    from types_boto3_ec2.type_defs import SubnetTypeDef
    from types_boto3_elbv2.type_defs import LoadBalancerTypeDef, TargetGroupTypeDef


KINDS = ("public", "app", "database")


def key_arn(clients: Clients, settings: Settings, purpose: str) -> str:
    """The key that a purpose's alias names."""
    return key_behind(clients, f"alias/{settings.naming.name(purpose)}")


def key_behind(clients: Clients, key_id: str) -> str:
    """A key's ARN, whatever it is called by: an id, an ARN, an alias or the ARN of one."""
    return clients.kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"]


def tags_of(resource: Mapping[str, Any]) -> dict[str, str]:
    """A resource's tags by key."""
    return {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])}


def vpc_id(clients: Clients, settings: Settings) -> str:
    """The environment's VPC."""
    name = settings.naming.name("vpc")
    answer = clients.ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])
    return only(answer["Vpcs"], f"VPC {name}")["VpcId"]


def subnets(clients: Clients, settings: Settings) -> "list[SubnetTypeDef]":
    """Every subnet of the VPC."""
    here = vpc_id(clients, settings)
    return clients.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [here]}])["Subnets"]


def subnet_ids(clients: Clients, settings: Settings, kind: str) -> set[str]:
    """The subnets of one kind in the zones that stay: public, app or database."""
    found = subnets(clients, settings)
    return {
        each["SubnetId"]
        for each in found
        if tags_of(each).get("Tier") == kind and each["AvailabilityZone"] in settings.zones_in_use
    }


def group_id(clients: Clients, settings: Settings, purpose: str) -> str:
    """The security group of a purpose."""
    name = settings.naming.name(purpose)
    answer = clients.ec2.describe_security_groups(
        Filters=[
            {"Name": "vpc-id", "Values": [vpc_id(clients, settings)]},
            {"Name": "group-name", "Values": [name]},
        ]
    )
    return only(answer["SecurityGroups"], f"security group {name}")["GroupId"]


def zone_id(clients: Clients, settings: Settings) -> str:
    """The hosted zone that is configured, or else the only public one of the domain."""
    if settings.dns.hosted_zone_id is not None:
        return settings.dns.hosted_zone_id
    return only(zone_ids(clients, settings.domain), f"public hosted zone {settings.domain}")


def zone_ids(clients: Clients, domain: str) -> list[str]:
    """The public hosted zones of a domain."""
    answer = clients.route53.list_hosted_zones_by_name(DNSName=domain)
    return [
        zone["Id"].removeprefix("/hostedzone/")
        for zone in answer["HostedZones"]
        if zone["Name"] == f"{domain}." and not zone.get("Config", {}).get("PrivateZone")
    ]


def web_certificate(clients: Clients, settings: Settings) -> "CertificateDetailTypeDef":
    """That of the load balancer."""
    return _certificate(clients, settings.naming.name("web-certificate"))


def edge_certificate(clients: Clients, settings: Settings) -> "CertificateDetailTypeDef":
    """That of CloudFront, which may be beside the other one."""
    return _certificate(clients.in_us_east_1, settings.naming.name("edge-certificate"))


def _certificate(clients: Clients, name: str) -> "CertificateDetailTypeDef":
    pages = clients.acm.get_paginator("list_certificates").paginate()
    arns = [each["CertificateArn"] for page in pages for each in page["CertificateSummaryList"]]
    ours = [arn for arn in arns if _certificate_name(clients, arn) == name]
    arn = only(ours, f"certificate {name} in {clients.region}")
    return clients.acm.describe_certificate(CertificateArn=arn)["Certificate"]


def _certificate_name(clients: Clients, arn: str) -> str | None:
    return tags_of(clients.acm.list_tags_for_certificate(CertificateArn=arn)).get("Name")


def distribution_id(clients: Clients, settings: Settings) -> str:
    """The distribution that answers to the domain."""
    pages = clients.cloudfront.get_paginator("list_distributions").paginate()
    found = [
        each["Id"]
        for page in pages
        for each in page["DistributionList"].get("Items", [])
        if settings.domain in each["Aliases"].get("Items", [])
    ]
    return only(found, f"distribution for {settings.domain}")


def log_group(
    clients: Clients, settings: Settings, name: str, *, key: str, days: int | None = None
) -> Iterator[Claim]:
    """Claims that a log group forgets, after `days` or else the configured ones, and encrypts."""
    answer = clients.logs.describe_log_groups(logGroupNamePrefix=name)
    group = only(
        (each for each in answer["logGroups"] if each["logGroupName"] == name), f"log group {name}"
    )
    expected = settings.log_retention_days if days is None else days
    yield equal(f"{name} keeps events for days", group.get("retentionInDays"), expected)
    found = group.get("kmsKeyId")
    yield equal(f"{name} is encrypted with", found, key_arn(clients, settings, key))


def log_groups(
    clients: Clients, settings: Settings, names: Iterable[str], *, key: str
) -> Iterator[Claim]:
    """The same of several log groups."""
    for name in names:
        yield from log_group(clients, settings, name, key=key)


_EVERYBODY = ("*", {"AWS": "*"}, {"AWS": ["*"]})
_EVERYTHING = ("s3:*", ["s3:*"])


def refuses_plain_http(policy: str) -> Claim:
    """Claims that requests without TLS are turned away."""
    refused = denied_to_all(policy, "Bool", "aws:SecureTransport")
    return holds("refuses plain HTTP", "false" in refused, found=refused, expected="a refusal")


def denied_to_all(policy: str, operator: str, key: str) -> list[str]:
    """For which values of a condition key S3 refuses everything to everybody."""
    return [
        str(statement["Condition"][operator][key])
        for statement in _statements(policy, "Deny")
        if statement.get("Action") in _EVERYTHING
        and statement.get("Principal") in _EVERYBODY
        and _only_key(statement.get("Condition", {})) == operator
        and _only_key(statement["Condition"][operator]) == key
    ]


def services_allowed(policy: str) -> set[str]:
    """The AWS services that a policy lets in."""
    return {
        service
        for statement in _statements(policy, "Allow")
        if isinstance(statement.get("Principal"), dict)
        for service in _list(statement["Principal"].get("Service", []))
    }


def allowed_to(policy: str, service: str) -> set[str]:
    """The actions that a policy allows an AWS service."""
    return {
        action
        for statement in _statements(policy, "Allow")
        if isinstance(statement.get("Principal"), dict)
        and service in _list(statement["Principal"].get("Service", []))
        for action in _list(statement["Action"])
    }


def not_denied(policy: str, action: str) -> list[str]:
    """The principals that a policy leaves an action to, by their ARNs; everybody else is denied."""
    return [
        arn
        for statement in _statements(policy, "Deny")
        if statement.get("Principal") in _EVERYBODY
        and action in _list(statement["Action"])
        and _only_key(statement.get("Condition", {})) == "ArnNotLike"
        for arn in _list(statement["Condition"]["ArnNotLike"].get("aws:PrincipalArn", []))
    ]


def readers_named(
    clients: Clients, settings: Settings, secret: str, *, roles: Iterable[str]
) -> Claim:
    """Claims that a secret is for those alone who are named, whomever IAM lets read it."""
    naming = settings.naming
    own = [f"role/{naming.name(each)}" for each in roles]
    readers = [
        naming.arn("iam", each, region="") for each in ("root", *own, *settings.secret_readers)
    ]
    answer = clients.secretsmanager.get_resource_policy(SecretId=naming.name(secret))
    policy = answer.get("ResourcePolicy") or '{"Statement": []}'
    return same(secret, not_denied(policy, "secretsmanager:GetSecretValue"), readers)


def _statements(policy: str, effect: str) -> Iterator[dict[str, Any]]:
    for statement in _list(json.loads(policy)["Statement"]):
        if statement["Effect"] == effect:
            yield statement


def _only_key(mapping: Mapping[str, Any]) -> str | None:
    return next(iter(mapping)) if len(mapping) == 1 else None


def _list(value: Any) -> list[Any]:
    """AWS writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def load_balancer(clients: Clients, settings: Settings) -> "LoadBalancerTypeDef":
    """The load balancer that CloudFront asks."""
    name = load_balancer_name(settings, settings.application.load_balancer)
    answer = clients.elbv2.describe_load_balancers(Names=[name])
    return only(answer["LoadBalancers"], f"load balancer {name}")


def load_balancer_name(settings: Settings, where: str) -> str:
    """That of the public or of the private load balancer."""
    return settings.naming.name("web-private" if where == "private" else "web")


def target_group(
    clients: Clients, settings: Settings, where: Where | None = None
) -> "TargetGroupTypeDef":
    """The target group for the application's port in the VPC, behind the site's load balancer.

    `where` names another one.
    """
    name = target_group_name(settings, vpc_id(clients, settings), where)
    answer = clients.elbv2.describe_target_groups(Names=[name])
    return only(answer["TargetGroups"], f"target group {name}")


def target_group_name(settings: Settings, vpc: str, where: Where | None = None) -> str:
    """It ends in a digest of all that asks for another group, as another load balancer does."""
    application = settings.application
    end = " internal" if (where or application.load_balancer) == "private" else ""
    digest = hashlib.sha256(f"{vpc} HTTP {application.port}{end}".encode()).hexdigest()
    return settings.naming.name(f"app-{digest[:6]}")


def origin_secret(clients: Clients, settings: Settings, *, version: int) -> str:
    """The value that CloudFront sends with a version of the settings."""
    name = settings.naming.name(ORIGIN_SECRETS[version % len(ORIGIN_SECRETS)])
    return clients.secretsmanager.get_secret_value(SecretId=name)["SecretString"]


def nat_zones(settings: Settings) -> tuple[str, ...]:
    """The zones that have a NAT gateway of their own."""
    zones = settings.availability_zones
    return {"per_az": zones, "single": zones[:1], "none": ()}[settings.network.nat_gateways]
