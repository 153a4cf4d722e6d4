"""Auto Scaling: instance refreshes, which end at once; what groups and policies forget.

Instances keep the version of the launch template that they were launched from, until a refresh.
Groups also launch as many instances as are desired, in every zone: of a group with several
purchase options moto rounds both shares down, so that the provider waits in vain for the last
instance, and it launches all in one subnet.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
"""

import datetime
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult

from automation.emulator.extensions.double import Refused, remember

_ALL_ON_DEMAND = {"OnDemandBaseCapacity": sys.maxsize}
_FORGOTTEN = (
    "CapacityRebalance",
    "DefaultInstanceWarmup",
    "DesiredCapacityType",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
)


def install() -> None:
    """Launch what is desired, spread over the group's subnets."""
    resize = FakeAutoScalingGroup.set_desired_capacity
    launch = FakeAutoScalingGroup.replace_autoscaling_group_instances

    def set_desired_capacity(self: FakeAutoScalingGroup, new_capacity: int | None) -> None:
        policy = self.mixed_instances_policy
        undivided = policy and {**policy, "InstancesDistribution": _ALL_ON_DEMAND}
        with _instead(self, "mixed_instances_policy", undivided):
            resize(self, new_capacity)

    def spread(
        self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
    ) -> None:
        subnets = (self.vpc_zone_identifier or "").split(",")
        for _ in range(count_needed):
            subnet = subnets[len(self.instance_states) % len(subnets)]
            with _instead(self, "vpc_zone_identifier", subnet or None):
                launch(self, 1, propagated_tags)
            _up_to_date(self, self.instance_states[-1:])

    FakeAutoScalingGroup.set_desired_capacity = set_desired_capacity  # type: ignore[method-assign]
    FakeAutoScalingGroup.replace_autoscaling_group_instances = spread  # type: ignore[method-assign]
    InstanceState.launch_template = property(_launched_from)  # type: ignore[assignment,method-assign]


def _up_to_date(group: FakeAutoScalingGroup, states: list[InstanceState]) -> None:
    """Have instances come from the version that the group names now."""
    template = group.ec2_launch_template
    if template is None:
        return
    version = {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Version": str(template.get_version(group.launch_template_version).number),
    }
    for state in states:
        vars(state)["launched_from"] = version


def _launched_from(state: InstanceState) -> dict[str, Any] | None:
    return vars(state).get("launched_from")


@contextmanager
def _instead(target: object, name: str, value: object) -> Iterator[None]:
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)


class AutoScaling(AutoScalingResponse):
    """Refreshes by region and group, the latest first."""

    _refreshes: ClassVar[dict[tuple[str, str], list[dict[str, Any]]]] = defaultdict(list)

    def create_auto_scaling_group(self) -> ActionResult:
        """Keep what moto drops, under a name that is free.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
        """
        name = self.params["AutoScalingGroupName"]
        if name in self.autoscaling_backend.autoscaling_groups:
            message = "AutoScalingGroup by this name already exists - A group with the name"
            raise Refused("AlreadyExists", f"{message} {name} already exists")
        result = super().create_auto_scaling_group()
        self._remember()
        return result

    def update_auto_scaling_group(self) -> ActionResult:
        """Keep what moto drops."""
        result = super().update_auto_scaling_group()
        self._remember()
        return result

    def put_scaling_policy(self) -> ActionResult:
        """A policy is enabled unless it says otherwise, and predictive only if it says so."""
        result = super().put_scaling_policy()
        policy = self.autoscaling_backend.policies[self.params["PolicyName"]]
        remember(policy, {"Enabled": True, **self.params}, ["Enabled"])
        policy.predictive_scaling_configuration = self.params.get("PredictiveScalingConfiguration")
        return result

    def delete_auto_scaling_group(self) -> ActionResult:
        """One with instances stays, unless it is forced to go.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
        """
        group = self.autoscaling_backend.autoscaling_groups.get(self.params["AutoScalingGroupName"])
        if group is not None and group.instance_states and not self.params.get("ForceDelete"):
            message = "You cannot delete an AutoScalingGroup while there are instances or pending"
            raise Refused(
                "ResourceInUse", f"{message} Spot instance request(s) still in the group."
            )
        return super().delete_auto_scaling_group()

    def start_instance_refresh(self) -> ActionResult:
        """Nothing runs in the emulator, so nothing has to be replaced, only to be up to date.

        The desired configuration becomes the group's when the refresh succeeds. It fails when an
        alarm that it names goes off: then it goes back to what the group had when it began, which
        is the new version where somebody has updated the group before.
        https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
        """
        name, given = self.params["AutoScalingGroupName"], self.params
        group = self.autoscaling_backend.autoscaling_groups[name]
        preferences = given.get("Preferences") or {}
        desired = given.get("DesiredConfiguration") or {}
        rolls_back = bool(preferences.get("AutoRollback"))
        if rolls_back and "$" in str(_version(group, desired)):
            message = "The AutoRollback parameter cannot be used with $Latest or $Default versions."
            raise Refused("ValidationError", message)
        failed = self._gone_off(preferences)
        if not failed:
            _apply(group, desired)
        if not failed or rolls_back:
            _up_to_date(group, group.instance_states)
        refresh = _refresh(name, preferences, desired, failed=failed, rolls_back=rolls_back)
        self._refreshes[self.region, name].insert(0, refresh)
        return ActionResult(refresh)

    def _gone_off(self, preferences: Mapping[str, Any]) -> list[str]:
        """The alarms of a refresh that are in alarm."""
        names = (preferences.get("AlarmSpecification") or {}).get("Alarms", ())
        alarms = cloudwatch_backends[self.current_account][self.region].alarms
        return [each for each in names if each in alarms and alarms[each].state_value == "ALARM"]

    def describe_instance_refreshes(self) -> ActionResult:
        """The refreshes of a group, or those that are named."""
        refreshes = self._refreshes[self.region, self.params["AutoScalingGroupName"]]
        named = self.params.get("InstanceRefreshIds")
        found = [each for each in refreshes if not named or each["InstanceRefreshId"] in named]
        return ActionResult({"InstanceRefreshes": found})

    def _remember(self) -> None:
        name = self.params["AutoScalingGroupName"]
        remember(self.autoscaling_backend.autoscaling_groups[name], self.params, _FORGOTTEN)


def _version(group: FakeAutoScalingGroup, desired: Mapping[str, Any]) -> str | None:
    """The version of the launch template to which a refresh leads."""
    policy = (desired.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    given = desired.get("LaunchTemplate") or policy.get("LaunchTemplateSpecification") or {}
    version: str | None = given.get("Version", group.launch_template_version)
    return version


def _apply(group: FakeAutoScalingGroup, desired: Mapping[str, Any]) -> None:
    """Make the desired configuration the group's."""
    if desired.get("LaunchTemplate"):
        group._set_launch_configuration("", desired["LaunchTemplate"], None)
    if desired.get("MixedInstancesPolicy"):
        group.mixed_instances_policy = desired["MixedInstancesPolicy"]
        group._set_launch_configuration("", {}, desired["MixedInstancesPolicy"])


def _refresh(
    group: str,
    preferences: Mapping[str, Any],
    desired: Mapping[str, Any],
    *,
    failed: list[str],
    rolls_back: bool,
) -> dict[str, Any]:
    """A refresh as it is described when it has ended."""
    now = datetime.datetime.now(datetime.UTC)
    refresh = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group,
        "Status": "Successful",
        "StartTime": now,
        "EndTime": now,
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
        "Preferences": preferences or None,
        "DesiredConfiguration": desired or None,
    }
    if not failed:
        return refresh
    reason = f"Instance refresh failed: the alarm {failed[0]} is in the ALARM state."
    if not rolls_back:
        return {**refresh, "Status": "Failed", "StatusReason": reason, "PercentageComplete": 0}
    back = {"RollbackReason": reason, "RollbackStartTime": now, "PercentageCompleteOnRollback": 100}
    return {**refresh, "Status": "RollbackSuccessful", "RollbackDetails": back}
