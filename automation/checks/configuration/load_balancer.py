"""Checks of the load balancer: listeners, rules, target group, attributes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, equal, lookups, only, same
from automation.checks.lookups import ORIGIN_HEADER, load_balancer, origin_secret, target_group
from config import Settings

if TYPE_CHECKING:
    from types_boto3_elbv2.type_defs import (
        ListenerTypeDef,
        RuleTypeDef,
    )

HTTP, HTTPS = 80, 443
SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def _listener(clients: Clients, settings: Settings, port: int) -> "ListenerTypeDef":
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_listeners(LoadBalancerArn=arn)
    return only(
        (each for each in answer["Listeners"] if each.get("Port") == port),
        f"listener on port {port}",
    )


def _load_balancer(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = load_balancer(clients, settings)
    yield equal("state", found["State"].get("Code"), "active")
    yield equal("kind", found.get("Type"), "application")
    yield equal("scheme", found.get("Scheme"), "internet-facing")
    purposes = ("load-balancer-https", "load-balancer-http")
    groups = [lookups.group_id(clients, settings, purpose) for purpose in purposes]
    yield same("security groups", found.get("SecurityGroups", []), groups)
    zones = [zone.get("SubnetId") for zone in found.get("AvailabilityZones", [])]
    yield same("subnets", zones, lookups.subnet_ids(clients, settings, "public"))


def _attributes(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
    found = {each["Key"]: each["Value"] for each in answer["Attributes"]}
    expected = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": settings.naming.bucket("logs"),
        "access_logs.s3.prefix": "alb",
        "deletion_protection.enabled": "true" if settings.deletion_protection else "false",
        "idle_timeout.timeout_seconds": str(settings.application.idle_timeout_seconds),
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def _https(clients: Clients, settings: Settings) -> Iterator[Claim]:
    listener = _listener(clients, settings, HTTPS)
    yield equal("protocol", listener.get("Protocol"), "HTTPS")
    yield equal("TLS policy", listener.get("SslPolicy"), SSL_POLICY)
    certificates = [each.get("CertificateArn") for each in listener.get("Certificates", [])]
    expected = lookups.certificate(clients, settings).get("CertificateArn")
    yield equal("certificate", certificates, [expected])
    actions = [
        (each["Type"], each.get("FixedResponseConfig", {}).get("StatusCode"))
        for each in listener.get("DefaultActions", [])
    ]
    yield equal("what no rule lets through", actions, [("fixed-response", "403")])


def _http(clients: Clients, settings: Settings) -> Iterator[Claim]:
    listener = _listener(clients, settings, HTTP)
    redirects = [each.get("RedirectConfig", {}) for each in listener.get("DefaultActions", [])]
    found = [(each.get("Protocol"), each.get("Port"), each.get("StatusCode")) for each in redirects]
    yield equal("redirects to", found, [("HTTPS", str(HTTPS), "HTTP_301")])


def _listeners(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_listeners(LoadBalancerArn=arn)
    yield same("ports", [each.get("Port") for each in answer["Listeners"]], [HTTP, HTTPS])


def _rule(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Who knows the secret is let through, nobody else; the values are never shown."""
    arn = _listener(clients, settings, HTTPS)["ListenerArn"]
    rules = clients.elbv2.describe_rules(ListenerArn=arn)["Rules"]
    rule = only((each for each in rules if not each.get("IsDefault")), "rule")
    targets = [(each["Type"], each.get("TargetGroupArn")) for each in rule.get("Actions", [])]
    target_group_arn = target_group(clients, settings)["TargetGroupArn"]
    yield equal("action", targets, [("forward", target_group_arn)])
    fields = [each.get("Field") for each in rule.get("Conditions", [])]
    yield equal("asks for", fields, ["http-header"])
    yield from _header(
        rule, {origin_secret(clients, settings, parity=each) for each in ("odd", "even")}
    )


def _header(rule: "RuleTypeDef", secrets: set[str]) -> Iterator[Claim]:
    header = only(rule["Conditions"], "condition")["HttpHeaderConfig"]
    yield equal("header", header.get("HttpHeaderName"), ORIGIN_HEADER)
    values = set(header.get("Values", []))
    yield equal(
        "values",
        f"{len(values & secrets)} of the {len(secrets)} secrets, {len(values - secrets)} others",
        "2 of the 2 secrets, 0 others",
    )
    yield equal("secrets too short to be safe", sum(len(each) < 32 for each in secrets), 0)


def _target_group(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found, wanted = target_group(clients, settings), settings.application.health_check
    yield equal("port", found.get("Port"), settings.application.port)
    yield equal("network", found.get("VpcId"), lookups.vpc_id(clients, settings))
    expected: Mapping[str, object] = {
        "HealthCheckEnabled": True,
        "HealthCheckPath": wanted.path,
        "HealthCheckPort": "traffic-port",
        "HealthCheckIntervalSeconds": wanted.interval_seconds,
        "HealthCheckTimeoutSeconds": wanted.timeout_seconds,
        "HealthyThresholdCount": wanted.healthy_threshold,
        "UnhealthyThresholdCount": wanted.unhealthy_threshold,
        "Matcher": {"HttpCode": "200"},
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def _draining(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = target_group(clients, settings)["TargetGroupArn"]
    answer = clients.elbv2.describe_target_group_attributes(TargetGroupArn=arn)
    found = {each["Key"]: each["Value"] for each in answer["Attributes"]}
    expected = {
        "deregistration_delay.timeout_seconds": str(settings.application.deregistration_seconds),
        "load_balancing.algorithm.type": "least_outstanding_requests",
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def _secret_readers(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Both secrets are for those alone who are named, whomever IAM lets read them."""
    naming = settings.naming
    roles = [f"role/{naming.name(each)}" for each in ("plan", "deploy")]
    readers = [
        naming.arn("iam", each, region="") for each in ("root", *roles, *settings.secret_readers)
    ]
    for parity in ("odd", "even"):
        secret = naming.name(f"origin-{parity}")
        answer = clients.secretsmanager.get_resource_policy(SecretId=secret)
        found = lookups.not_denied(
            answer.get("ResourcePolicy") or '{"Statement": []}', "secretsmanager:GetSecretValue"
        )
        yield same(f"{parity} secret", found, readers)


LOAD_BALANCER_CHECKS: Mapping[str, Check] = {
    "load balancer": _load_balancer,
    "load balancer attributes": _attributes,
    "listeners": _listeners,
    "HTTPS listener": _https,
    "HTTP listener": _http,
    "listener rule": _rule,
    "target group": _target_group,
    "target group attributes": _draining,
    "readers of the origin's secret": _secret_readers,
}
