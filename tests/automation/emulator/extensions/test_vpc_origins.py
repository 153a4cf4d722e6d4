"""VPC origins: what they ask for, and what lets go of them first."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.acting import ACCOUNT, Service, allow, denied
from tests.automation.emulator.calls import balancer, network, refusal, refused, security_group
from tests.automation.emulator.extensions.test_cloudfront import deleted, distribution_config

IN_USE = (
    "The specified VPC origin is currently associated with one or more distributions. Please"
    " disassociate the VPC origin from all distributions before updating or deleting"
)


def endpoint(name: str, arn: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Arn": arn,
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
    }


def internal(emulator: Emulator, name: str) -> str:
    """The ARN of an internal load balancer with a security group."""
    vpc, subnets = network(emulator)
    groups = [security_group(emulator, name, vpc)]
    return balancer(emulator, name, subnets, Scheme="internal", SecurityGroups=groups)


def through(origin: str) -> dict[str, Any]:
    """A distribution whose only origin is a VPC origin."""
    config = distribution_config()
    config["Origins"]["Items"] = [
        {
            "Id": "assets",
            "DomainName": "internal-web.us-west-2.elb.amazonaws.com",
            "VpcOriginConfig": {
                "VpcOriginId": origin,
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
            },
        }
    ]
    return config


def test_a_vpc_origin_is_as_asked_for_and_deployed_at_once(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    config = endpoint("asked", internal(emulator, "asked"))
    tags = {"Items": [{"Key": "Stack", "Value": "edge"}]}
    made = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=config, Tags=tags)
    id_, arn = made["VpcOrigin"]["Id"], made["VpcOrigin"]["Arn"]
    assert arn.endswith(f":vpcorigin/{id_}")
    found = cloudfront.get_vpc_origin(Id=id_)
    assert found["VpcOrigin"]["Status"] == "Deployed"
    assert found["VpcOrigin"]["VpcOriginEndpointConfig"] == config
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"] == tags
    listed = cloudfront.list_vpc_origins()["VpcOriginList"]["Items"]
    assert (id_, "asked", config["Arn"]) in {
        (each["Id"], each["Name"], each["OriginEndpointArn"]) for each in listed
    }
    taken = refused(cloudfront.create_vpc_origin, VpcOriginEndpointConfig=config)
    assert taken == "EntityAlreadyExists"
    changed = {**config, "HTTPPort": 8080}
    stale = {"Id": id_, "IfMatch": "stale", "VpcOriginEndpointConfig": changed}
    assert refused(cloudfront.update_vpc_origin, **stale) == "InvalidIfMatchVersion"
    updated = cloudfront.update_vpc_origin(**{**stale, "IfMatch": found["ETag"]})
    assert updated["VpcOrigin"]["VpcOriginEndpointConfig"] == changed
    cloudfront.delete_vpc_origin(Id=id_, IfMatch=updated["ETag"])
    assert refused(cloudfront.get_vpc_origin, Id=id_) == "EntityNotFound"


def test_what_a_distribution_asks_stays_and_so_does_the_load_balancer(emulator: Emulator) -> None:
    cloudfront, elbv2 = emulator.client("cloudfront"), emulator.client("elbv2")
    arn = internal(emulator, "in-use")
    config = endpoint("in-use", arn)
    origin = cloudfront.create_vpc_origin(VpcOriginEndpointConfig=config)
    id_ = origin["VpcOrigin"]["Id"]
    wanted = through(id_)
    made = cloudfront.create_distribution(DistributionConfig=copy.deepcopy(wanted))
    (found,) = made["Distribution"]["DistributionConfig"]["Origins"]["Items"]
    assert found["VpcOriginConfig"] == wanted["Origins"]["Items"][0]["VpcOriginConfig"]
    assert "CustomOriginConfig" not in found
    version = {"Id": id_, "IfMatch": origin["ETag"]}
    assert refusal(cloudfront.delete_vpc_origin, **version) == (
        "CannotDeleteEntityWhileInUse",
        IN_USE,
    )
    assert refusal(cloudfront.update_vpc_origin, **version, VpcOriginEndpointConfig=config) == (
        "CannotUpdateEntityWhileInUse",
        IN_USE,
    )
    deleted(emulator, made)
    message = (
        f"Load balancer '{arn}' cannot be deleted because it is currently associated with another"
        " service"
    )
    kept = refusal(elbv2.delete_load_balancer, LoadBalancerArn=arn)
    assert kept == ("ResourceInUse", message)
    cloudfront.delete_vpc_origin(**version)
    elbv2.delete_load_balancer(LoadBalancerArn=arn)


def test_a_distribution_needs_a_vpc_origin_that_is_there(emulator: Emulator) -> None:
    create = emulator.client("cloudfront").create_distribution
    assert refused(create, DistributionConfig=through("vo_none")) == "EntityNotFound"


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("absent", "does not exist"),
        ("no-gateway", "has no internet gateway"),
        ("no-group", "Security group is required"),
    ],
)
def test_a_vpc_origin_needs_a_load_balancer_that_it_can_reach(
    emulator: Emulator, case: str, message: str
) -> None:
    elbv2, (vpc, subnets) = emulator.client("elbv2"), network(emulator)
    groups = [security_group(emulator, case, vpc)]
    if case == "no-gateway":
        made = elbv2.create_load_balancer(
            Name=case, Subnets=subnets, Scheme="internal", SecurityGroups=groups
        )
        arn = made["LoadBalancers"][0]["LoadBalancerArn"]
    else:
        arn = balancer(emulator, case, subnets, Scheme="internal")
    if case == "absent":
        elbv2.delete_load_balancer(LoadBalancerArn=arn)
    create = emulator.client("cloudfront").create_vpc_origin
    code, said = refusal(create, VpcOriginEndpointConfig=endpoint(case, arn))
    assert code == "InvalidArgument"
    assert message in said


def test_the_first_one_makes_cloudfronts_role(
    emulator: Emulator, acting: Callable[..., Service]
) -> None:
    config = endpoint("first", internal(emulator, "first"))
    create = acting(allow("cloudfront:*"))("cloudfront").create_vpc_origin
    code, said = denied(create, VpcOriginEndpointConfig=config)
    role = "role/aws-service-role/vpcorigin.cloudfront.amazonaws.com/*"
    assert code == "AccessDenied"
    assert (
        f"perform: iam:CreateServiceLinkedRole on resource: arn:aws:iam::{ACCOUNT}:{role}" in said
    )
