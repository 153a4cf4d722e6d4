from dataclasses import dataclass
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks import Finding
from automation.checks.configuration.instances import check_application
from automation.checks.configuration.web import SSL_POLICY, check_web
from automation.checks.lookups import target_group_name
from config import Settings
from config.application import ORIGIN_HEADER
from tests.automation.checks.configuration.account import Account, policy

SECRETS = {f"origin-{number}": str(number) * 48 for number in range(3)}


@dataclass(frozen=True)
class Balancer:
    arn: str
    https: str
    rule: str
    target_group: str


@pytest.fixture
def balancer(account: Account, clients: Clients, settings: Settings) -> Balancer:
    vpc_id = account.vpc()
    subnets = account.subnets(vpc_id, "public")
    purposes = ("web", "web-http")
    groups = [account.security_group(vpc_id, purpose) for purpose in purposes]
    certificate = clients.acm.request_certificate(
        DomainName=settings.domain,
        Tags=[{"Key": "Name", "Value": settings.naming.name("web-certificate")}],
    )["CertificateArn"]
    for purpose, value in SECRETS.items():
        name = settings.naming.name(purpose)
        clients.secretsmanager.create_secret(Name=name, SecretString=value)
    elbv2 = clients.elbv2
    arn = elbv2.create_load_balancer(
        Name=settings.naming.name("web"),
        Scheme="internet-facing",
        Subnets=list(subnets.values()),
        SecurityGroups=groups,
    )["LoadBalancers"][0]["LoadBalancerArn"]
    target_group = elbv2.create_target_group(
        Name=target_group_name(settings, vpc_id), Port=8080, Protocol="HTTP", VpcId=vpc_id
    )["TargetGroups"][0]["TargetGroupArn"]
    https = elbv2.create_listener(
        LoadBalancerArn=arn,
        Port=443,
        Protocol="HTTPS",
        SslPolicy=SSL_POLICY,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}],
    )["Listeners"][0]["ListenerArn"]
    rule = elbv2.create_rule(
        ListenerArn=https,
        Priority=1,
        Conditions=[header(*SECRETS.values())],
        Actions=[{"Type": "forward", "TargetGroupArn": target_group}],
    )["Rules"][0]["RuleArn"]
    return Balancer(arn, https, rule, target_group)


def header(*values: str, name: str = ORIGIN_HEADER) -> Any:
    config = {"HttpHeaderName": name, "Values": list(values)}
    return {"Field": "http-header", "HttpHeaderConfig": config}


def found(clients: Clients, settings: Settings, *subjects: str) -> dict[str, Finding]:
    """What fails about some subjects."""
    findings = (*check_web(clients, settings), *check_application(clients, settings))
    return {
        each.what: each for each in findings if not each.ok and each.what.split(":")[0] in subjects
    }


@pytest.mark.usefixtures("balancer")
def test_a_sound_listener_passes(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings, "load balancer", "HTTPS listener", "listener rule") == {}


@pytest.mark.parametrize(
    ("otherwise", "what"),
    [
        ({"SslPolicy": "ELBSecurityPolicy-2016-08"}, "HTTPS listener: TLS policy"),
        (
            {"DefaultActions": [{"Type": "forward"}]},
            "HTTPS listener: what no rule lets through",
        ),
    ],
)
def test_a_listener_that_is_otherwise_fails(
    otherwise: dict[str, Any], what: str, balancer: Balancer, clients: Clients, settings: Settings
) -> None:
    for action in otherwise.get("DefaultActions", []):
        action["TargetGroupArn"] = balancer.target_group
    clients.elbv2.modify_listener(ListenerArn=balancer.https, **otherwise)
    assert set(found(clients, settings, "HTTPS listener")) == {what}


@pytest.mark.parametrize(
    "condition",
    [header("guessed-by-somebody"), header(*SECRETS.values(), "back-door"), header("1" * 48)],
)
def test_a_rule_for_other_values_fails_and_shows_none(
    condition: Any, balancer: Balancer, clients: Clients, settings: Settings
) -> None:
    clients.elbv2.modify_rule(RuleArn=balancer.rule, Conditions=[condition])
    failed = found(clients, settings, "listener rule")
    assert set(failed) == {"listener rule: values"}
    detail = failed["listener rule: values"].detail
    values = (*SECRETS.values(), *condition["HttpHeaderConfig"]["Values"])
    assert not any(value in detail for value in values)


def test_a_rule_for_another_header_fails(
    balancer: Balancer, clients: Clients, settings: Settings
) -> None:
    other = header(*SECRETS.values(), name="X-Other")
    clients.elbv2.modify_rule(RuleArn=balancer.rule, Conditions=[other])
    assert set(found(clients, settings, "listener rule")) == {"listener rule: header"}


def test_a_missing_redirect_fails(balancer: Balancer, clients: Clients, settings: Settings) -> None:
    assert balancer
    failed = found(clients, settings, "HTTP listener")
    assert failed["HTTP listener"].detail == "found no listener on port 80, expected one"


READERS = "readers of the origin's secrets"


def name_readers(clients: Clients, settings: Settings, *readers: str) -> None:
    naming = settings.naming
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": {
            "ArnNotLike": {
                "aws:PrincipalArn": [naming.arn("iam", each, region="") for each in readers]
            }
        },
    }
    for purpose in SECRETS:
        clients.secretsmanager.put_resource_policy(
            SecretId=naming.name(purpose), ResourcePolicy=policy(deny)
        )


@pytest.mark.usefixtures("balancer")
def test_secrets_are_for_who_is_named(clients: Clients, settings: Settings) -> None:
    each = {f"{READERS}: {purpose}" for purpose in SECRETS}
    assert set(found(clients, settings, READERS)) == each
    roles = [f"role/{settings.naming.name(purpose)}" for purpose in ("plan", "deploy")]
    name_readers(clients, settings, "root", *roles, *settings.secret_readers)
    assert found(clients, settings, READERS) == {}
    name_readers(clients, settings, "root", *roles, *settings.secret_readers, "role/another")
    assert set(found(clients, settings, READERS)) == each
