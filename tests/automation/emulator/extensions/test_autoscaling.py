from automation.emulator import Emulator
from tests.automation.emulator.calls import template
from tests.automation.emulator.conftest import REGION


def test_refreshes_and_remembers(emulator: Emulator) -> None:
    made = template(emulator, "group")
    autoscaling = emulator.client("autoscaling")
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="group",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"},
        DefaultInstanceWarmup=180,
        InstanceMaintenancePolicy=policy,
    )
    described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["group"])
    (group,) = described["AutoScalingGroups"]
    assert group["DefaultInstanceWarmup"] == 180
    assert group["InstanceMaintenancePolicy"] == policy
    ids = [
        autoscaling.start_instance_refresh(AutoScalingGroupName="group")["InstanceRefreshId"]
        for _ in range(2)
    ]
    describe = autoscaling.describe_instance_refreshes
    refreshes = describe(AutoScalingGroupName="group")["InstanceRefreshes"]
    assert [each["InstanceRefreshId"] for each in refreshes] == ids[::-1]
    assert {each["Status"] for each in refreshes} == {"Successful"}
    named = describe(AutoScalingGroupName="group", InstanceRefreshIds=ids[:1])
    assert len(named["InstanceRefreshes"]) == 1


def test_policies_are_enabled_and_not_predictive_unless_they_say_so(
    emulator: Emulator,
) -> None:
    made = template(emulator, "scaled")
    autoscaling = emulator.client("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="scaled",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"},
    )
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    autoscaling.put_scaling_policy(
        AutoScalingGroupName="scaled",
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 50},
    )
    (policy,) = autoscaling.describe_policies(AutoScalingGroupName="scaled")["ScalingPolicies"]
    assert policy["Enabled"] is True
    assert "PredictiveScalingConfiguration" not in policy


def test_as_many_instances_as_desired_run_in_every_zone(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.8.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("abc")
    ]
    made = template(emulator, "mixed")
    specification = {"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"}
    overrides = [{"InstanceType": "m7g.large"}, {"InstanceType": "m6g.large"}]
    distribution = {"OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 25}
    autoscaling = emulator.client("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MinSize=4,
        MaxSize=9,
        VPCZoneIdentifier=",".join(subnets),
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": specification,
                "Overrides": overrides,
            },
            "InstancesDistribution": distribution,
        },
    )
    for desired in (4, 9, 5):
        autoscaling.set_desired_capacity(AutoScalingGroupName="mixed", DesiredCapacity=desired)
        described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["mixed"])
        (group,) = described["AutoScalingGroups"]
        assert len(group["Instances"]) == desired
        zones = {each["AvailabilityZone"] for each in group["Instances"]}
        assert zones == {f"{REGION}{zone}" for zone in "abc"}
        given = group["MixedInstancesPolicy"]["InstancesDistribution"]
        assert {name: given[name] for name in distribution} == distribution


def test_instances_keep_their_version_until_a_refresh(emulator: Emulator) -> None:
    made = template(emulator, "versions")
    id_, autoscaling = made["LaunchTemplateId"], emulator.client("autoscaling")

    def versions() -> list[str]:
        described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["versions"])
        (group,) = described["AutoScalingGroups"]
        return [each["LaunchTemplate"]["Version"] for each in group["Instances"]]

    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="versions",
        MinSize=2,
        MaxSize=3,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": id_, "Version": "$Latest"},
    )
    assert versions() == ["1", "1"]
    emulator.client("ec2").create_launch_template_version(
        LaunchTemplateId=id_, SourceVersion="1", LaunchTemplateData={"InstanceType": "m6g.large"}
    )
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="versions",
        LaunchTemplate={"LaunchTemplateId": id_, "Version": "2"},
        DesiredCapacity=3,
    )
    assert versions() == ["1", "1", "2"]
    autoscaling.start_instance_refresh(AutoScalingGroupName="versions")
    assert versions() == ["2", "2", "2"]
