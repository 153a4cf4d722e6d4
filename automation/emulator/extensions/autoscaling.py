"""Auto Scaling: instance refreshes, which succeed at once; what groups and policies forget.

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
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from automation.emulator.extensions.double import remember

_ALL_ON_DEMAND = {"OnDemandBaseCapacity": sys.maxsize}
_FORGOTTEN = (
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
        """Keep what moto drops."""
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

    def start_instance_refresh(self) -> ActionResult:
        """Nothing runs in the emulator, so nothing has to be replaced, only to be up to date."""
        group = self.params["AutoScalingGroupName"]
        refreshed = self.autoscaling_backend.autoscaling_groups[group]
        _up_to_date(refreshed, refreshed.instance_states)
        now = datetime.datetime.now(datetime.UTC)
        refresh = {
            "InstanceRefreshId": str(uuid.uuid4()),
            "AutoScalingGroupName": group,
            "Status": "Successful",
            "StartTime": now,
            "EndTime": now,
            "PercentageComplete": 100,
            "InstancesToUpdate": 0,
            "Preferences": self.params.get("Preferences"),
        }
        self._refreshes[self.region, group].insert(0, refresh)
        return ActionResult(refresh)

    def describe_instance_refreshes(self) -> ActionResult:
        """The refreshes of a group, or those that are named."""
        refreshes = self._refreshes[self.region, self.params["AutoScalingGroupName"]]
        named = self.params.get("InstanceRefreshIds")
        found = [each for each in refreshes if not named or each["InstanceRefreshId"] in named]
        return ActionResult({"InstanceRefreshes": found})

    def _remember(self) -> None:
        name = self.params["AutoScalingGroupName"]
        remember(self.autoscaling_backend.autoscaling_groups[name], self.params, _FORGOTTEN)
