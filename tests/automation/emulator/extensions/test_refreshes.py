"""Refreshes: what the group has, what is desired, and where a rollback goes.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal, template
from tests.automation.emulator.conftest import REGION


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


def latest(emulator: Emulator, group: str) -> dict[str, Any]:
    described = emulator.client("autoscaling").describe_instance_refreshes(
        AutoScalingGroupName=group
    )
    refresh: dict[str, Any] = described["InstanceRefreshes"][0]
    return refresh


def instances(emulator: Emulator, group: str) -> list[str]:
    described = emulator.client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[group]
    )
    (found,) = described["AutoScalingGroups"]
    return [each["LaunchTemplate"]["Version"] for each in found["Instances"]]


def test_while_it_rolls_the_group_has_what_it_had_and_the_refresh_what_is_desired(
    emulator: Emulator,
) -> None:
    """What A1 is about."""
    group, second = rolling(emulator, "rolls")
    preferences = {"CheckpointPercentages": [50, 100], "CheckpointDelay": 60, "AutoRollback": True}
    autoscaling, name = emulator.client("autoscaling"), {"AutoScalingGroupName": group}
    start = {**name, "DesiredConfiguration": second, "Preferences": preferences}
    autoscaling.start_instance_refresh(**start)
    refresh = latest(emulator, group)
    assert (refresh["Status"], refresh["PercentageComplete"]) == ("InProgress", 50)
    assert refresh["DesiredConfiguration"] == second
    assert versions_of(emulator, group)[0] == "1"
    assert instances(emulator, group) == ["2", "1"]
    assert refusal(autoscaling.start_instance_refresh, **start) == (
        "InstanceRefreshInProgress",
        "An Instance Refresh is already in progress and blocks the execution of this Instance"
        " Refresh.",
    )
    assert refusal(autoscaling.update_auto_scaling_group, **name, **second) == (
        "ValidationError",
        "An active instance refresh with a desired configuration exists. All configuration options"
        " derived from the desired configuration are not available for update while the instance"
        " refresh is active.",
    )
    autoscaling.update_auto_scaling_group(**name, MaxSize=4)
    assert latest(emulator, group)["Status"] == "Successful"
    assert versions_of(emulator, group) == ("2", {"2"})


def test_a_group_of_one_has_nothing_to_wait_for(emulator: Emulator) -> None:
    group, second = rolling(emulator, "one")
    emulator.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=group, MinSize=1, DesiredCapacity=1
    )
    waits = {"CheckpointPercentages": [10, 100]}
    refresh = refreshed(emulator, group, DesiredConfiguration=second, Preferences=waits)
    assert (refresh["Status"], instances(emulator, group)) == ("Successful", ["2"])


def test_a_checkpoint_is_reached_by_whole_instances(emulator: Emulator) -> None:
    group, second = rolling(emulator, "tenth")
    waits = {"CheckpointPercentages": [10, 100]}
    refresh = refreshed(emulator, group, DesiredConfiguration=second, Preferences=waits)
    assert (refresh["PercentageComplete"], refresh["InstancesToUpdate"]) == (50, 1)
    assert instances(emulator, group) == ["2", "1"]


def test_an_alarm_that_goes_off_while_it_bakes_takes_it_back(emulator: Emulator) -> None:
    group, second = rolling(emulator, "bakes")
    preferences = {**watched(emulator, "late", "OK"), "BakeTime": 300}
    emulator.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName=group, DesiredConfiguration=second, Preferences=preferences
    )
    assert latest(emulator, group)["Status"] == "Baking"
    assert versions_of(emulator, group) == ("1", {"2"})
    watched(emulator, "late", "ALARM")
    assert latest(emulator, group)["Status"] == "RollbackSuccessful"
    assert versions_of(emulator, group) == ("1", {"1"})


@pytest.mark.parametrize(
    ("call", "status", "expected"),
    [
        ("cancel_instance_refresh", "Cancelled", ["2", "1"]),
        ("rollback_instance_refresh", "RollbackSuccessful", ["1", "1"]),
    ],
)
def test_a_refresh_under_way_is_ended_or_taken_back(
    emulator: Emulator, call: str, status: str, expected: list[str]
) -> None:
    group, second = rolling(emulator, call)
    autoscaling, name = emulator.client("autoscaling"), {"AutoScalingGroupName": group}
    end = getattr(autoscaling, call)
    assert refusal(end, **name)[0] == "ActiveInstanceRefreshNotFound"
    waits = {"CheckpointPercentages": [50, 100]}
    autoscaling.start_instance_refresh(**name, DesiredConfiguration=second, Preferences=waits)
    end(**name)
    assert latest(emulator, group)["Status"] == status
    assert instances(emulator, group) == expected


def test_what_has_no_desired_configuration_cannot_be_taken_back(emulator: Emulator) -> None:
    group, _ = rolling(emulator, "irreversible")
    autoscaling, name = emulator.client("autoscaling"), {"AutoScalingGroupName": group}
    autoscaling.start_instance_refresh(**name, Preferences={"BakeTime": 60})
    code, _ = refusal(autoscaling.rollback_instance_refresh, **name)
    assert code == "IrreversibleInstanceRefresh"
