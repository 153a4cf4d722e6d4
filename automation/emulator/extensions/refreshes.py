"""Instance refreshes: nothing runs in the emulator, so they end at once, unless they are to wait.

One that waits at a checkpoint, or bakes at its end, is under way until somebody has looked at it:
the group still has its old configuration then, the refresh the desired one, instances have either.
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

import datetime
import math
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import ActionResult

from automation.emulator.extensions.double import Refused

_GOING = ("Baking", "InProgress")
_ACTIVE = (*_GOING, "RollbackInProgress")
_ALL = 100
_IN_PROGRESS = (
    "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
)
_DESIRED = (
    "An active instance refresh with a desired configuration exists. All configuration options"
    " derived from the desired configuration are not available for update while the instance"
    " refresh is active."
)


class InstanceRefreshes(AutoScalingResponse):
    """Refreshes by region and group, the latest first."""

    _refreshes: ClassVar[dict[tuple[str, str], list[dict[str, Any]]]] = defaultdict(list)
    _seen: ClassVar[set[str]] = set()

    def start_instance_refresh(self) -> ActionResult:
        """The desired configuration becomes the group's when the refresh succeeds.

        It fails when an alarm that it names goes off: then it goes back to what the group had when
        it began, which is the new version where somebody has updated the group before.
        """
        given, group = self.params, self._group()
        preferences = given.get("Preferences") or {}
        desired = given.get("DesiredConfiguration") or {}
        if self._active(group.name):
            raise Refused("InstanceRefreshInProgress", _IN_PROGRESS)
        if preferences.get("AutoRollback") and "$" in str(version_of(group, desired)):
            # Message form not confirmed.
            message = "The AutoRollback parameter cannot be used with $Latest or $Default versions."
            raise Refused("ValidationError", message)
        refresh = _started(group.name, preferences, desired)
        self._refreshes[self.region, group.name].insert(0, refresh)
        states = group.instance_states
        replaced = _replaced_first(preferences, len(states))
        if replaced is None or self._gone_off(preferences):
            self._end(group, refresh)
        else:
            _replace(group, states[:replaced], desired)
            left = len(states) - replaced
            refresh["PercentageComplete"] = _ALL * replaced // max(len(states), 1)
            refresh["InstancesToUpdate"] = left
            refresh["Status"] = "InProgress" if left else "Baking"
        return ActionResult(refresh)

    def describe_instance_refreshes(self) -> ActionResult:
        """The refreshes of a group, or those that are named; who looks again sees them ended."""
        named = self.params.get("InstanceRefreshIds")
        found = [
            each
            for each in self._refreshes[self.region, self.params["AutoScalingGroupName"]]
            if not named or each["InstanceRefreshId"] in named
        ]
        for each in found:
            if each["Status"] in _GOING and each["InstanceRefreshId"] in self._seen:
                self._end(self._group(), each)
            self._seen.add(each["InstanceRefreshId"])
        return ActionResult({"InstanceRefreshes": found})

    def cancel_instance_refresh(self) -> ActionResult:
        """What has been replaced stays replaced.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
        """
        refresh = self._must_be_active()
        refresh |= {"Status": "Cancelled", "EndTime": _now()}
        return ActionResult(refresh)

    def rollback_instance_refresh(self) -> ActionResult:
        """Back to what the group had, which only a desired configuration leaves to go back to.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
        """
        refresh = self._must_be_active()
        if not refresh["DesiredConfiguration"]:
            # Message form not confirmed.
            message = "The instance refresh has no desired configuration to roll back from."
            raise Refused("IrreversibleInstanceRefresh", message)
        _roll_back(self._group(), refresh, "The rollback was asked for.")
        return ActionResult(refresh)

    def refuse_derived(self) -> None:
        """An update of what an active refresh is about to set.

        https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
        """
        derived = ("LaunchTemplate", "MixedInstancesPolicy", "LaunchConfigurationName")
        active = self._active(self.params["AutoScalingGroupName"])
        if active and active["DesiredConfiguration"] and any(map(self.params.get, derived)):
            raise Refused("ValidationError", _DESIRED)

    def _group(self) -> FakeAutoScalingGroup:
        return self.autoscaling_backend.autoscaling_groups[self.params["AutoScalingGroupName"]]

    def _active(self, group: str) -> dict[str, Any] | None:
        refreshes = self._refreshes[self.region, group]
        return next((each for each in refreshes if each["Status"] in _ACTIVE), None)

    def _must_be_active(self) -> dict[str, Any]:
        active = self._active(self._group().name)
        if active is None:
            # Message form not confirmed.
            message = "No in progress or pending Instance Refresh found for the Auto Scaling group."
            raise Refused("ActiveInstanceRefreshNotFound", message)
        return active

    def _end(self, group: FakeAutoScalingGroup, refresh: dict[str, Any]) -> None:
        preferences = refresh["Preferences"] or {}
        failed = self._gone_off(preferences)
        if not failed:
            _apply(group, refresh["DesiredConfiguration"] or {})
            _replace(group, group.instance_states, {})
            refresh |= {"Status": "Successful", "PercentageComplete": _ALL, "InstancesToUpdate": 0}
            refresh["EndTime"] = _now()
            return
        reason = f"Instance refresh failed: the alarm {failed[0]} is in the ALARM state."
        if preferences.get("AutoRollback"):
            _roll_back(group, refresh, reason)
        else:
            refresh |= {"Status": "Failed", "StatusReason": reason, "EndTime": _now()}

    def _gone_off(self, preferences: Mapping[str, Any]) -> list[str]:
        """The alarms of a refresh that are in alarm."""
        names = (preferences.get("AlarmSpecification") or {}).get("Alarms", ())
        alarms = cloudwatch_backends[self.current_account][self.region].alarms
        return [each for each in names if each in alarms and alarms[each].state_value == "ALARM"]


def _replaced_first(preferences: Mapping[str, Any], count: int) -> int | None:
    """How many instances are new when a refresh first waits; None where it does not.

    At least the checkpoint's share: so a group of one is past it with its only instance.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
    """
    first = next(iter(preferences.get("CheckpointPercentages") or ()), _ALL)
    replaced = math.ceil(count * first / _ALL)
    return replaced if replaced < count or preferences.get("BakeTime") else None


def _started(
    group: str, preferences: Mapping[str, Any], desired: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group,
        "Status": "InProgress",
        "StartTime": _now(),
        "PercentageComplete": 0,
        "InstancesToUpdate": 0,
        "Preferences": preferences or None,
        "DesiredConfiguration": desired or None,
    }


def _roll_back(group: FakeAutoScalingGroup, refresh: dict[str, Any], reason: str) -> None:
    _replace(group, group.instance_states, {})
    back = {
        "RollbackReason": reason,
        "RollbackStartTime": _now(),
        "PercentageCompleteOnRollback": _ALL,
    }
    refresh |= {"Status": "RollbackSuccessful", "RollbackDetails": back, "EndTime": _now()}


def _replace(
    group: FakeAutoScalingGroup, states: list[InstanceState], desired: Mapping[str, Any]
) -> None:
    """Have instances come from the version that is desired, or else that the group names now."""
    template = group.ec2_launch_template
    if template is None:
        return
    version = {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Version": str(template.get_version(version_of(group, desired)).number),
    }
    for state in states:
        vars(state)["launched_from"] = version


def up_to_date(group: FakeAutoScalingGroup, states: list[InstanceState]) -> None:
    """Have instances come from the version that the group names now."""
    _replace(group, states, {})


def version_of(group: FakeAutoScalingGroup, desired: Mapping[str, Any]) -> str | None:
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


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
