from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import balancer, certificate, issued, network, refusal


@pytest.mark.parametrize(
    ("asked", "scheme"), [({}, "internet-facing"), ({"Scheme": "internal"}, "internal")]
)
def test_a_load_balancer_faces_the_internet_unless_it_says_otherwise(
    emulator: Emulator, asked: dict[str, str], scheme: str
) -> None:
    _, subnets = network(emulator)
    elbv2, name = emulator.client("elbv2"), f"lb-{scheme}"
    arn = balancer(emulator, name, subnets, **asked)
    (found,) = elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    assert found["Scheme"] == scheme
    assert balancer(emulator, name, subnets, **asked) == arn
    other = {"internet-facing": "internal", "internal": "internet-facing"}[scheme]
    assert refusal(elbv2.create_load_balancer, Name=name, Subnets=subnets, Scheme=other) == (
        "DuplicateLoadBalancerName",
        f"A load balancer with the same name '{name}' exists, but with different settings",
    )


@pytest.mark.parametrize(
    ("zones", "code", "message"),
    [
        (
            "a",
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        ),
        (
            "aab",
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        ),
        ("ab", "InvalidSubnet", "VPC {} has no internet gateway"),
    ],
)
def test_a_load_balancer_spans_zones_and_faces_an_internet_that_is_there(
    emulator: Emulator, zones: str, code: str, message: str
) -> None:
    vpc, subnets = network(emulator, zones)
    asked = {"Name": f"refused-{zones}", "Subnets": subnets}
    refused = refusal(emulator.client("elbv2").create_load_balancer, **asked)
    assert refused == (code, message.format(vpc))


def group(emulator: Emulator, name: str, vpc: str, port: int = 80) -> str:
    """A target group's ARN."""
    made = emulator.client("elbv2").create_target_group(
        Name=name, Protocol="HTTP", Port=port, VpcId=vpc, TargetType="instance"
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def forward(*groups: str) -> list[dict[str, Any]]:
    return [{"Type": "forward", "TargetGroupArn": each} for each in groups]


def listener(emulator: Emulator, load_balancer: str, **more: Any) -> str:
    response = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    plain = {"Protocol": "HTTP", "Port": 80, "DefaultActions": [response]}
    made = emulator.client("elbv2").create_listener(
        LoadBalancerArn=load_balancer, **{**plain, **more}
    )
    return str(made["Listeners"][0]["ListenerArn"])


def test_a_protected_load_balancer_stays(emulator: Emulator) -> None:
    elbv2, key = emulator.client("elbv2"), "deletion_protection.enabled"
    arn = balancer(emulator, "protected", network(emulator)[1])
    modify = elbv2.modify_load_balancer_attributes
    modify(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "true"}])
    message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
    refused = refusal(elbv2.delete_load_balancer, LoadBalancerArn=arn)
    assert refused == ("OperationNotPermitted", message)
    modify(LoadBalancerArn=arn, Attributes=[{"Key": key, "Value": "false"}])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
    assert elbv2.describe_load_balancers()["LoadBalancers"] == [
        each
        for each in elbv2.describe_load_balancers()["LoadBalancers"]
        if each["LoadBalancerArn"] != arn
    ]


def test_a_target_group_stays_while_a_rule_or_listener_names_it(emulator: Emulator) -> None:
    elbv2 = emulator.client("elbv2")
    vpc, subnets = network(emulator)
    by_default, by_rule = (group(emulator, name, vpc) for name in ("by-default", "by-rule"))
    arn = listener(
        emulator, balancer(emulator, "forwarding", subnets), DefaultActions=forward(by_default)
    )
    rule = elbv2.create_rule(
        ListenerArn=arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
        Actions=forward(by_rule),
    )["Rules"][0]["RuleArn"]
    for each in (by_default, by_rule):
        message = f"Target group '{each}' is currently in use by a listener or a rule"
        refused = refusal(elbv2.delete_target_group, TargetGroupArn=each)
        assert refused == ("ResourceInUse", message)
    elbv2.delete_rule(RuleArn=rule)
    elbv2.delete_target_group(TargetGroupArn=by_rule)
    response = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    elbv2.modify_listener(ListenerArn=arn, DefaultActions=[response])
    elbv2.delete_target_group(TargetGroupArn=by_default)


def test_the_name_of_a_target_group_is_taken(emulator: Emulator) -> None:
    elbv2 = emulator.client("elbv2")
    vpc, _ = network(emulator)
    arn = group(emulator, "taken", vpc)
    assert group(emulator, "taken", vpc) == arn
    other = {"Name": "taken", "Protocol": "HTTP", "Port": 81, "VpcId": vpc}
    assert refusal(elbv2.create_target_group, **other) == (
        "DuplicateTargetGroupName",
        "A target group with the same name 'taken' exists, but with different settings",
    )
    elbv2.delete_target_group(TargetGroupArn=arn)
    elbv2.create_target_group(**other)


def test_a_target_group_works_for_one_load_balancer(emulator: Emulator) -> None:
    elbv2 = emulator.client("elbv2")
    vpc, subnets = network(emulator)
    arn = group(emulator, "shared", vpc)
    one, two = (balancer(emulator, f"sharing-{name}", subnets) for name in ("one", "two"))
    first = listener(emulator, one, DefaultActions=forward(arn))
    second = {"LoadBalancerArn": two, "Protocol": "HTTP", "Port": 80}
    code, message = refusal(elbv2.create_listener, **second, DefaultActions=forward(arn))
    assert code == "TargetGroupAssociationLimit"
    assert message.endswith(f"cannot be associated with more than one load balancer: {arn}")
    elbv2.delete_listener(ListenerArn=first)
    listener(emulator, two, DefaultActions=forward(arn))


def test_a_port_has_one_listener(emulator: Emulator) -> None:
    elbv2 = emulator.client("elbv2")
    arn = balancer(emulator, "ports", network(emulator)[1])
    first = listener(emulator, arn)
    again = {"LoadBalancerArn": arn, "Protocol": "HTTP", "Port": 80, "DefaultActions": []}
    message = f"A listener already exists on this port for this load balancer '{arn}'"
    assert refusal(elbv2.create_listener, **again) == ("DuplicateListener", message)
    listener(emulator, arn, Port=81)
    elbv2.delete_listener(ListenerArn=first)
    listener(emulator, arn)


def test_a_listener_needs_an_issued_certificate(emulator: Emulator) -> None:
    elbv2 = emulator.client("elbv2")
    load_balancer = balancer(emulator, "https", network(emulator)[1])
    pending = certificate(emulator, "pending.example.com")
    elsewhere = issued(emulator, "elsewhere.example.com", region="us-east-1")
    https: dict[str, Any] = {
        "LoadBalancerArn": load_balancer,
        "Protocol": "HTTPS",
        "Port": 443,
        "DefaultActions": [],
    }
    assert refusal(elbv2.create_listener, **https) == (
        "ValidationError",
        "A certificate must be specified for HTTPS listeners",
    )
    unsupported = (
        "UnsupportedCertificate",
        f"The certificate '{pending}' must have a fully-qualified domain name, a supported"
        " signature, and a supported key size.",
    )
    given = [{"CertificateArn": pending}]
    assert refusal(elbv2.create_listener, **https, Certificates=given) == unsupported
    absent = [{"CertificateArn": elsewhere}]
    refused = refusal(elbv2.create_listener, **https, Certificates=absent)
    assert refused == ("CertificateNotFound", f"Certificate '{elsewhere}' not found")
    good = [{"CertificateArn": issued(emulator, "good.example.com")}]
    arn = listener(emulator, load_balancer, Protocol="HTTPS", Port=443, Certificates=good)
    for call in (elbv2.modify_listener, elbv2.add_listener_certificates):
        assert refusal(call, ListenerArn=arn, Certificates=given) == unsupported
        call(ListenerArn=arn, Certificates=good)
