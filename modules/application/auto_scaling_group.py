"""The group of instances that runs the application."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInitialLifecycleHook,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupInstanceRefreshPreferencesAlarmSpecification,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicy,
    AutoscalingGroupMixedInstancesPolicyInstancesDistribution,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride,
    AutoscalingGroupTag,
    AutoscalingGroupTimeouts,
)
from cdktf_cdktf_provider_aws.autoscaling_lifecycle_hook import AutoscalingLifecycleHook
from constructs import Construct

from config.application import Capacity, InstanceRefresh, Purchase
from modules.application.launch_template import LaunchTemplate

# A new instance serves before an old one goes, and at most half of the group is new at a time. At
# least one instance is replaced at a time, so that this holds for a group of one as well.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
MIN_HEALTHY_PERCENT, MAX_HEALTHY_PERCENT = 100, 150
# Of the group, that serves beside the rest before it follows: one instance of up to ten. A group of
# one has no rest.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
_CHECKPOINTS = (10, 100)
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
METRICS = (
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupMaxSize",
    "GroupMinSize",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
)


class AutoScalingGroup(Construct):
    """Instances that the load balancer's health checks keep fit and that roll on every change.

    A new one is in service once it says so by completing `launch_hook`, for which it has
    `launch_seconds`.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        tags: Mapping[str, str],
        subnet_ids: Sequence[str],
        launch_template: LaunchTemplate,
        target_group_arns: Sequence[str],
        instance_types: Sequence[str],
        purchase: Purchase,
        capacity: Capacity,
        # Whether schedules change the bounds.
        scheduled: bool = False,
        launch_hook: str,
        launch_seconds: int,
        health_check_grace_period: int,
        default_instance_warmup: int,
        refresh: InstanceRefresh,
        # That of the load balancer's errors, which stops a refresh.
        alarm_name: str,
        deletion_protection: bool = True,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
        hook = _launch_hook(launch_hook, launch_seconds)
        mixed = mixed_instances_policy(purchase, instance_types, launch_template)
        group = AutoscalingGroup(
            self,
            "group",
            name=name,
            vpc_zone_identifier=list(subnet_ids),
            launch_template=None if mixed else _only(launch_template),
            mixed_instances_policy=mixed,
            target_group_arns=list(target_group_arns),
            health_check_type="ELB",
            health_check_grace_period=health_check_grace_period,
            default_instance_warmup=default_instance_warmup,
            min_size=capacity.min_size,
            max_size=capacity.max_size,
            desired_capacity=capacity.min_size,
            wait_for_capacity_timeout=f"{launch_seconds}s",
            # Of the first instances, which are there before a resource of its own would be.
            initial_lifecycle_hook=[AutoscalingGroupInitialLifecycleHook(**hook)],
            capacity_rebalance=_spot(purchase),
            instance_maintenance_policy=_launch_before_terminating(),
            instance_refresh=_rolling_refresh(refresh, alarm_name),
            enabled_metrics=list(METRICS),
            force_delete=not deletion_protection,
            # As long as an instance may wait for the release.
            timeouts=AutoscalingGroupTimeouts(delete=f"{launch_seconds + 600}s"),
            tag=_propagated(tags),
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=_changed_by_scaling(scheduled=scheduled)
            ),
            depends_on=list(after),
        )
        # The provider changes a group's hooks by their own resource alone.
        # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/autoscaling_lifecycle_hook
        AutoscalingLifecycleHook(self, "launch-hook", autoscaling_group_name=group.name, **hook)
        self.name: str = group.name


def _launch_hook(name: str, seconds: int) -> dict[str, Any]:
    return {
        "name": name,
        "lifecycle_transition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "heartbeat_timeout": seconds,
        "default_result": "ABANDON",
    }


def _only(template: LaunchTemplate) -> AutoscalingGroupLaunchTemplate:
    return AutoscalingGroupLaunchTemplate(id=template.id, version=template.version)


def _launch_before_terminating() -> AutoscalingGroupInstanceMaintenancePolicy:
    return AutoscalingGroupInstanceMaintenancePolicy(
        min_healthy_percentage=MIN_HEALTHY_PERCENT, max_healthy_percentage=MAX_HEALTHY_PERCENT
    )


def _rolling_refresh(refresh: InstanceRefresh, alarm_name: str) -> AutoscalingGroupInstanceRefresh:
    """Replace the instances when the template changes, and go back when they do not get healthy.

    Or when the alarm goes off: the health check does not ask for what visitors ask for.
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
    """
    alarms = AutoscalingGroupInstanceRefreshPreferencesAlarmSpecification(alarms=[alarm_name])
    waits = refresh.checkpoint_seconds > 0
    return AutoscalingGroupInstanceRefresh(
        strategy="Rolling",
        preferences=AutoscalingGroupInstanceRefreshPreferences(
            # The provider has defaults of its own, which would override the maintenance policy.
            min_healthy_percentage=MIN_HEALTHY_PERCENT,
            max_healthy_percentage=MAX_HEALTHY_PERCENT,
            auto_rollback=True,
            skip_matching=True,
            alarm_specification=alarms if refresh.watched else None,
            checkpoint_percentages=list(_CHECKPOINTS) if waits else None,
            checkpoint_delay=str(refresh.checkpoint_seconds) if waits else None,
        ),
    )


def _propagated(tags: Mapping[str, str]) -> Sequence[AutoscalingGroupTag]:
    """Tags for the group and its instances, which the provider's default tags do not reach."""
    return [
        AutoscalingGroupTag(key=key, value=value, propagate_at_launch=True)
        for key, value in tags.items()
    ]


def _changed_by_scaling(*, scheduled: bool) -> Sequence[str]:
    """Arguments that are only the group's start, and are changed later by others.

    The provider would replace a group whose first hook changes.
    """
    bounds = ["min_size", "max_size"] if scheduled else []
    return ["desired_capacity", "initial_lifecycle_hook", *bounds]


def mixed_instances_policy(
    purchase: Purchase, instance_types: Sequence[str], template: LaunchTemplate
) -> AutoscalingGroupMixedInstancesPolicy | None:
    """On-demand instances by preference, Spot instances where interruptions are least likely.

    `instance_types` come in order of preference; None where the launch template says what to buy.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
    """
    if not _spot(purchase) and len(instance_types) == 1:
        return None
    specification = AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification(
        launch_template_id=template.id, version=template.version
    )
    return AutoscalingGroupMixedInstancesPolicy(
        launch_template=AutoscalingGroupMixedInstancesPolicyLaunchTemplate(
            launch_template_specification=specification,
            override=[
                AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride(instance_type=each)
                for each in instance_types
            ],
        ),
        instances_distribution=AutoscalingGroupMixedInstancesPolicyInstancesDistribution(
            on_demand_allocation_strategy="prioritized",
            on_demand_base_capacity=purchase.on_demand_base,
            on_demand_percentage_above_base_capacity=purchase.on_demand_percent,
            spot_allocation_strategy="price-capacity-optimized",
        ),
    )


def _spot(purchase: Purchase) -> bool:
    """Whether some of the instances are Spot instances."""
    return purchase.on_demand_percent < 100
