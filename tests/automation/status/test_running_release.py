from automation.aws.clients import Clients
from automation.rehearse.account import session
from automation.release import RunningRelease, find
from tests.automation.accounts import Account

NAME = "dev-349081-application"


def released(account: Account) -> RunningRelease | None:
    return find(Clients(session(account.emulator), account.settings.region), account.settings)


def test_the_version_that_instances_start_from_and_those_that_run_another(
    account: Account,
) -> None:
    assert released(account) is None
    ec2, autoscaling = account.client("ec2"), account.client("autoscaling")
    data = {"ImageId": ec2.describe_images()["Images"][0]["ImageId"], "InstanceType": "t4g.small"}
    ec2.create_launch_template(LaunchTemplateName=NAME, LaunchTemplateData=data)
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=NAME,
        LaunchTemplate={"LaunchTemplateName": NAME, "Version": "1"},
        MinSize=2,
        MaxSize=2,
        AvailabilityZones=["us-west-2a"],
    )
    first = released(account)
    assert first is not None
    assert str(first) == "no description (launch template version 1), 2 of 2 instances"
    ec2.create_launch_template_version(
        LaunchTemplateName=NAME, LaunchTemplateData=data, VersionDescription="release 0123456789ab"
    )
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=NAME, LaunchTemplate={"LaunchTemplateName": NAME, "Version": "2"}
    )
    second = released(account)
    assert second is not None
    assert (second.version, second.description) == ("2", "release 0123456789ab")
    assert sum(second.instances.values()) == 2
