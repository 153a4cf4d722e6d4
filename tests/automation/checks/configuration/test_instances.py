import json
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.instances import check_application, expected_tags
from config import Settings
from tests.automation.checks.configuration.account import Account

NAME = "prod-349081-application"


@pytest.fixture
def application_group(account: Account) -> None:
    account.security_group(account.vpc(), "application")


def found(clients: Clients, settings: Settings, subject: str) -> dict[str, str]:
    """What fails about a subject, and the details."""
    findings = check_application(clients, settings)
    return {
        each.what: each.detail
        for each in findings
        if not each.ok and each.what.split(":")[0] == subject
    }


def template(clients: Clients, settings: Settings, **otherwise: Any) -> Any:
    group = clients.ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [NAME]}]
    )["SecurityGroups"][0]["GroupId"]
    interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": [group]}
    profile = settings.naming.arn("iam", f"instance-profile/{NAME}", region="")
    return {
        "InstanceType": "m7g.large",
        "ImageId": "ami-12345678",
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "IamInstanceProfile": {"Arn": profile},
        "NetworkInterfaces": [interface | otherwise.pop("interface", {})],
        **otherwise,
    }


@pytest.mark.usefixtures("application_group")
@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({}, set()),
        ({"KeyName": "ssh"}, {"access to instances: SSH key"}),
        (
            {"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}},
            {"access to instances: metadata needs tokens"},
        ),
        (
            {"interface": {"AssociatePublicIpAddress": True}},
            {"access to instances: public address"},
        ),
        (
            {"interface": {"Groups": ["sg-12345678"]}},
            {"access to instances: security groups"},
        ),
    ],
)
def test_ways_into_an_instance(
    otherwise: dict[str, Any], wrong: set[str], clients: Clients, settings: Settings
) -> None:
    data = template(clients, settings, **otherwise)
    clients.ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)
    assert set(found(clients, settings, "access to instances")) == wrong


@pytest.mark.usefixtures("application_group")
@pytest.mark.parametrize("version", ["$Latest", "1"])
def test_a_group_that_does_not_name_the_newest_version_fails(
    version: str, clients: Clients, settings: Settings
) -> None:
    data = template(clients, settings)
    ec2 = clients.ec2
    ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)
    ec2.create_launch_template_version(LaunchTemplateName=NAME, LaunchTemplateData=data)
    make_group(clients, settings, version=version)
    assert set(found(clients, settings, "launch template")) == {"launch template: version"}
    clients.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=NAME,
        LaunchTemplate={"LaunchTemplateName": NAME, "Version": "2"},
    )
    assert found(clients, settings, "launch template") == {}


@pytest.mark.usefixtures("application_group")
def test_tags_that_do_not_reach_the_instances_fail(clients: Clients, settings: Settings) -> None:
    data = template(clients, settings)
    clients.ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)
    make_group(clients, settings, version="1")
    assert found(clients, settings, "tags") == {}
    clients.autoscaling.create_or_update_tags(
        Tags=[
            {
                "ResourceId": NAME,
                "ResourceType": "auto-scaling-group",
                "Key": "Owner",
                "Value": "platform",
                "PropagateAtLaunch": False,
            }
        ]
    )
    assert set(found(clients, settings, "tags")) == {"tags: reach the instances"}


def make_group(clients: Clients, settings: Settings, *, version: str) -> None:
    clients.autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["us-west-2a"],
        LaunchTemplate={"LaunchTemplateName": NAME, "Version": version},
        Tags=[
            {
                "ResourceId": NAME,
                "ResourceType": "auto-scaling-group",
                "Key": key,
                "Value": value,
                "PropagateAtLaunch": True,
            }
            for key, value in expected_tags(settings).items()
        ],
    )


@pytest.mark.usefixtures("application_group")
def test_bounds_and_missing_instances_fail(clients: Clients, settings: Settings) -> None:
    data = template(clients, settings)
    clients.ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)
    make_group(clients, settings, version="1")
    failed = found(clients, settings, "capacity")
    assert failed["capacity: bounds"] == "found from 0, to 1, expected from 3, to 12"


@pytest.mark.parametrize(
    ("trusted", "boundary", "wrong"),
    [
        ("application", "boundary", set()),
        ("plan", "boundary", {"roles of processes: prod-349081-web trusts"}),
        ("application", None, {"roles of processes: boundary of prod-349081-web"}),
    ],
)
def test_roles_of_processes(
    trusted: str, boundary: str | None, wrong: set[str], clients: Clients, settings: Settings
) -> None:
    iam, naming = clients.iam, settings.naming
    more: Any = {"PermissionsBoundary": naming.boundary} if boundary else {}
    for name in ("application", "plan"):
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
        iam.create_role(RoleName=naming.name(name), AssumeRolePolicyDocument=_trust(trust))
    for name, by, bounds in (
        ("web", trusted, more),
        ("release", "application", {"PermissionsBoundary": naming.boundary}),
    ):
        role = naming.arn("iam", f"role/{naming.name(by)}", region="")
        trust = {"Effect": "Allow", "Principal": {"AWS": role}}
        iam.create_role(
            RoleName=naming.name(name), AssumeRolePolicyDocument=_trust(trust), **bounds
        )
    assert set(found(clients, settings, "roles of processes")) == wrong


def _trust(statement: dict[str, Any]) -> str:
    action = {**statement, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [action]})
