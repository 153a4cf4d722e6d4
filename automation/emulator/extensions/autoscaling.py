"""Auto Scaling: what groups and policies forget, and what they need.

Instances keep the version of the launch template that they were launched from, until a refresh.
Groups also launch as many instances as are desired, in every zone: of a group with several
purchase options moto rounds both shares down, so that the provider waits in vain for the last
instance, and it launches all in one subnet.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState, LifecycleHook
from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.models import elbv2_backends

from automation.emulator.extensions.double import Refused, remember
from automation.emulator.extensions.elbv2 import users
from automation.emulator.extensions.refreshes import InstanceRefreshes, up_to_date

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
            up_to_date(self, self.instance_states[-1:])

    FakeAutoScalingGroup.set_desired_capacity = set_desired_capacity  # type: ignore[method-assign]
    FakeAutoScalingGroup.replace_autoscaling_group_instances = spread  # type: ignore[method-assign]
    InstanceState.launch_template = property(_launched_from)  # type: ignore[assignment,method-assign]


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


def _check_bounds(given: Mapping[str, Any]) -> None:
    least, most, desired = given["MinSize"], given["MaxSize"], given.get("DesiredCapacity")
    if least > most:
        message = f"Max bound, {most}, must be greater than or equal to min bound, {least}"
        raise Refused("ValidationError", message)
    if desired is not None and not least <= desired <= most:
        message = f"Desired capacity:{desired} must be between the specified min size:{least} and"
        raise Refused("ValidationError", f"{message} max size:{most}")


class AutoScaling(InstanceRefreshes):
    """Groups as they were asked for."""

    def create_auto_scaling_group(self) -> ActionResult:
        """Keep what moto drops, under a name that is free.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
        """
        name = self.params["AutoScalingGroupName"]
        if name in self.autoscaling_backend.autoscaling_groups:
            message = "AutoScalingGroup by this name already exists - A group with the name"
            raise Refused("AlreadyExists", f"{message} {name} already exists")
        _check_bounds(self.params)
        result = super().create_auto_scaling_group()
        self._remember()
        return result

    def update_auto_scaling_group(self) -> ActionResult:
        """Keep what moto drops, within bounds, and not what a refresh is about to set.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
        """
        self.refuse_derived()
        group = self.autoscaling_backend.autoscaling_groups.get(self.params["AutoScalingGroupName"])
        if group is not None:
            now = {"MinSize": group.min_size, "MaxSize": group.max_size}
            _check_bounds({**now, **self.params})
        result = super().update_auto_scaling_group()
        self._remember()
        return result

    def put_scaling_policy(self) -> ActionResult:
        """A policy is enabled unless it says otherwise, and predictive only if it says so.

        Requests are counted per target where a load balancer sends some to the target group.
        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredefinedMetricSpecification.html
        """
        self._check_requests()
        result = super().put_scaling_policy()
        policy = self.autoscaling_backend.policies[self.params["PolicyName"]]
        remember(policy, {"Enabled": True, **self.params}, ["Enabled"])
        policy.predictive_scaling_configuration = self.params.get("PredictiveScalingConfiguration")
        return result

    def _check_requests(self) -> None:
        tracking = self.params.get("TargetTrackingConfiguration") or {}
        label = (tracking.get("PredefinedMetricSpecification") or {}).get("ResourceLabel")
        if not label:
            return
        balancer, _, group = label.partition("/targetgroup/")
        backend = elbv2_backends[self.current_account][self.region]
        used = [
            user
            for arn in backend.target_groups
            if arn.endswith(f":targetgroup/{group}")
            for user in users(backend, arn)
        ]
        if not any(each.endswith(f":loadbalancer/{balancer}") for each in used):
            message = "The load balancer does not route traffic to the target group"
            raise Refused("ValidationError", message)

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

    def put_lifecycle_hook(self) -> ActionResult:
        """Of a group that is there; without the topic and role that moto makes up.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
        """
        self._group()
        result = super().put_lifecycle_hook()
        vars(self._hook()).update(role_arn=None, notification_target_arn=None)
        return result

    def complete_lifecycle_action(self) -> ActionResult:
        """By an instance of the group, for a hook that it has.

        Instances of this account serve at once, so that none is seen to wait, or to be abandoned.
        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html
        """
        instance = self.params["InstanceId"]
        known = [each.instance.id for each in self._group().instance_states]
        if self._hook() is None or instance not in known:
            message = f"No active Lifecycle Action found with instance ID {instance}"
            raise Refused("ValidationError", message)
        return EmptyResult()

    def record_lifecycle_action_heartbeat(self) -> ActionResult:
        """For the same instances.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html
        """
        return self.complete_lifecycle_action()

    def _group(self) -> FakeAutoScalingGroup:
        name = self.params["AutoScalingGroupName"]
        group = self.autoscaling_backend.autoscaling_groups.get(name)
        if group is None:
            raise Refused("ValidationError", f"AutoScalingGroup name not found - {name}")
        return group

    def _hook(self) -> LifecycleHook | None:
        group, name = self.params["AutoScalingGroupName"], self.params["LifecycleHookName"]
        return self.autoscaling_backend.lifecycle_hooks.get(f"{group}_{name}")

    def _remember(self) -> None:
        name = self.params["AutoScalingGroupName"]
        remember(self.autoscaling_backend.autoscaling_groups[name], self.params, _FORGOTTEN)
