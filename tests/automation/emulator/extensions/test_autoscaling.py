from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import balancer, network, refusal, template
from tests.automation.emulator.conftest import REGION
from tests.automation.emulator.extensions.test_elbv2 import forward, group, listener
from tests.automation.emulator.extensions.test_refreshes import rolling


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


def test_capacity_is_rebalanced_from_an_update_on(emulator: Emulator) -> None:
    made = template(emulator, "rebalanced")
    autoscaling = emulator.client("autoscaling")
    named = {"AutoScalingGroupName": "rebalanced"}
    autoscaling.create_auto_scaling_group(
        **named,
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"},
    )
    autoscaling.update_auto_scaling_group(**named, CapacityRebalance=True)
    described = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["rebalanced"])
    (group,) = described["AutoScalingGroups"]
    assert group["CapacityRebalance"] is True


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


def test_a_group_stays_while_it_has_instances(emulator: Emulator) -> None:
    kept, _ = rolling(emulator, "kept")
    autoscaling, name = emulator.client("autoscaling"), {"AutoScalingGroupName": kept}
    again = {**name, "MinSize": 0, "MaxSize": 1, "AvailabilityZones": [f"{REGION}a"]}
    assert refusal(autoscaling.create_auto_scaling_group, **again) == (
        "AlreadyExists",
        "AutoScalingGroup by this name already exists - A group with the name kept already exists",
    )
    assert refusal(autoscaling.delete_auto_scaling_group, **name) == (
        "ResourceInUse",
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance"
        " request(s) still in the group.",
    )
    autoscaling.update_auto_scaling_group(**name, MinSize=0, MaxSize=0, DesiredCapacity=0)
    autoscaling.delete_auto_scaling_group(**name)
    forced, _ = rolling(emulator, "forced")
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=forced, ForceDelete=True)


def test_a_group_desires_what_is_within_its_bounds(emulator: Emulator) -> None:
    id_, autoscaling = (
        template(emulator, "bounds")["LaunchTemplateId"],
        emulator.client("autoscaling"),
    )
    asked: dict[str, Any] = {
        "AutoScalingGroupName": "bounds",
        "AvailabilityZones": [f"{REGION}a"],
        "LaunchTemplate": {"LaunchTemplateId": id_, "Version": "1"},
    }
    create = autoscaling.create_auto_scaling_group
    assert refusal(create, **asked, MinSize=3, MaxSize=1) == (
        "ValidationError",
        "Max bound, 1, must be greater than or equal to min bound, 3",
    )
    outside = (
        "ValidationError",
        "Desired capacity:2 must be between the specified min size:0 and max size:1",
    )
    assert refusal(create, **asked, MinSize=0, MaxSize=1, DesiredCapacity=2) == outside
    create(**asked, MinSize=0, MaxSize=1)
    change = {"AutoScalingGroupName": "bounds", "DesiredCapacity": 2}
    assert refusal(autoscaling.update_auto_scaling_group, **change) == outside
    autoscaling.update_auto_scaling_group(**change, MaxSize=2)


def test_requests_are_counted_where_a_load_balancer_sends_some(emulator: Emulator) -> None:
    """The policy may come before the rule that forwards, unless it waits for it."""
    autoscaling, (vpc, subnets) = emulator.client("autoscaling"), network(emulator)
    counted, _ = rolling(emulator, "counted")
    arn, targets = balancer(emulator, "counting", subnets), group(emulator, "counted", vpc)
    label = f"{arn.split(':loadbalancer/')[1]}/{targets.rpartition(':')[2]}"
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    policy = {
        "AutoScalingGroupName": counted,
        "PolicyName": "requests",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingConfiguration": {
            "PredefinedMetricSpecification": metric,
            "TargetValue": 100,
        },
    }
    assert refusal(autoscaling.put_scaling_policy, **policy) == (
        "ValidationError",
        "The load balancer does not route traffic to the target group",
    )
    listener(emulator, arn, DefaultActions=forward(targets))
    autoscaling.put_scaling_policy(**policy)


def test_a_launch_is_completed_by_an_instance_of_a_group_with_that_hook(
    emulator: Emulator,
) -> None:
    made = template(emulator, "hooked")
    autoscaling = emulator.client("autoscaling")
    named = {"AutoScalingGroupName": "hooked"}
    hook = {**named, "LifecycleHookName": "serving"}
    launching = "autoscaling:EC2_INSTANCE_LAUNCHING"
    nobody = refusal(autoscaling.put_lifecycle_hook, **hook, LifecycleTransition=launching)
    assert nobody == ("ValidationError", "AutoScalingGroup name not found - hooked")
    autoscaling.create_auto_scaling_group(
        **named,
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": "1"},
    )
    (group,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["hooked"])[
        "AutoScalingGroups"
    ]
    (instance,) = (each["InstanceId"] for each in group["Instances"])
    completing = {**hook, "LifecycleActionResult": "CONTINUE"}
    complete = autoscaling.complete_lifecycle_action
    none = f"No active Lifecycle Action found with instance ID {instance}"
    assert refusal(complete, **completing, InstanceId=instance) == ("ValidationError", none)
    autoscaling.put_lifecycle_hook(**hook, LifecycleTransition=launching, HeartbeatTimeout=900)
    autoscaling.record_lifecycle_action_heartbeat(**hook, InstanceId=instance)
    complete(**completing, InstanceId=instance)
    other = "i-0123456789abcdef0"
    assert refusal(complete, **completing, InstanceId=other)[0] == "ValidationError"
    (found,) = autoscaling.describe_lifecycle_hooks(**named)["LifecycleHooks"]
    assert found["HeartbeatTimeout"] == 900
    assert found.keys().isdisjoint({"RoleARN", "NotificationTargetARN"})
