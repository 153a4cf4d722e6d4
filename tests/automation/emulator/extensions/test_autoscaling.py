from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal, template
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


def versions_of(emulator: Emulator, group: str) -> tuple[str, set[str]]:
    """The version that a group names, and those of its instances."""
    described = emulator.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[group]
    )
    (found,) = described["AutoScalingGroups"]
    instances = {each["LaunchTemplate"]["Version"] for each in found["Instances"]}
    return found["LaunchTemplate"]["Version"], instances


def rolling(emulator: Emulator, name: str) -> tuple[str, dict[str, Any]]:
    """A group of instances of a template's first version, and that template's second version."""
    id_ = template(emulator, name)["LaunchTemplateId"]
    emulator.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=2,
        MaxSize=3,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": id_, "Version": "1"},
    )
    emulator.client("ec2").create_launch_template_version(
        LaunchTemplateId=id_, SourceVersion="1", LaunchTemplateData={"InstanceType": "m6g.large"}
    )
    return name, {"LaunchTemplate": {"LaunchTemplateId": id_, "Version": "2"}}


def watched(emulator: Emulator, alarm: str, state: str) -> dict[str, Any]:
    cloudwatch = emulator.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/ApplicationELB",
        MetricName="HTTPCode_Target_5XX_Count",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="a test")
    return {"AutoRollback": True, "AlarmSpecification": {"Alarms": [alarm]}}


def refreshed(emulator: Emulator, group: str, **arguments: Any) -> dict[str, Any]:
    autoscaling = emulator.client("autoscaling")
    autoscaling.start_instance_refresh(AutoScalingGroupName=group, **arguments)
    described = autoscaling.describe_instance_refreshes(AutoScalingGroupName=group)
    latest: dict[str, Any] = described["InstanceRefreshes"][0]
    return latest


def test_a_refresh_that_succeeds_makes_what_was_desired_the_groups(emulator: Emulator) -> None:
    group, second = rolling(emulator, "succeeds")
    preferences = watched(emulator, "calm", "OK")
    refresh = refreshed(emulator, group, DesiredConfiguration=second, Preferences=preferences)
    assert (refresh["Status"], refresh["DesiredConfiguration"]) == ("Successful", second)
    assert versions_of(emulator, group) == ("2", {"2"})


def test_a_refresh_that_an_alarm_stops_goes_back_to_what_the_group_had(emulator: Emulator) -> None:
    group, second = rolling(emulator, "goes-back")
    preferences = watched(emulator, "errors", "ALARM")
    refresh = refreshed(emulator, group, DesiredConfiguration=second, Preferences=preferences)
    assert refresh["Status"] == "RollbackSuccessful"
    assert "errors" in refresh["RollbackDetails"]["RollbackReason"]
    assert versions_of(emulator, group) == ("1", {"1"})
    preferences["AutoRollback"] = False
    assert refreshed(emulator, group, Preferences=preferences)["Status"] == "Failed"


def test_a_group_that_was_updated_first_goes_back_to_the_update(emulator: Emulator) -> None:
    group, second = rolling(emulator, "too-late")
    emulator.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=group, **second)
    assert versions_of(emulator, group) == ("2", {"1"})
    preferences = watched(emulator, "errors", "ALARM")
    refresh = refreshed(emulator, group, DesiredConfiguration=second, Preferences=preferences)
    assert refresh["Status"] == "RollbackSuccessful"
    assert versions_of(emulator, group) == ("2", {"2"})


def test_a_rollback_needs_a_version_to_go_back_to(emulator: Emulator) -> None:
    group, second = rolling(emulator, "latest")
    second["LaunchTemplate"]["Version"] = "$Latest"
    arguments = {"DesiredConfiguration": second, "Preferences": {"AutoRollback": True}}
    autoscaling = emulator.client("autoscaling")
    code, _ = refusal(autoscaling.start_instance_refresh, AutoScalingGroupName=group, **arguments)
    assert code == "ValidationError"


def test_a_group_stays_while_it_has_instances(emulator: Emulator) -> None:
    group, _ = rolling(emulator, "kept")
    autoscaling, name = emulator.client("autoscaling"), {"AutoScalingGroupName": group}
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
    group, _ = rolling(emulator, "forced")
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=group, ForceDelete=True)
