"""The group of instances that runs the application."""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicy,
    AutoscalingGroupMixedInstancesPolicyInstancesDistribution,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride,
    AutoscalingGroupTag,
)
from constructs import Construct

from config.application import Capacity, Purchase
from modules.application.launch_template import LaunchTemplate

# A new instance serves before an old one goes, and at most half of the group is new at a time. At
# least one instance is replaced at a time, so that this holds for a group of one as well.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
MIN_HEALTHY_PERCENT, MAX_HEALTHY_PERCENT = 100, 150
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
    """Instances that the load balancer's health checks keep fit and that roll on every change."""

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
        health_check_grace_period: int,
        default_instance_warmup: int,
        deletion_protection: bool = True,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
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
            wait_for_capacity_timeout="10m",
            capacity_rebalance=_spot(purchase),
            instance_maintenance_policy=_launch_before_terminating(),
            instance_refresh=_rolling_refresh(),
            enabled_metrics=list(METRICS),
            force_delete=not deletion_protection,
            tag=_propagated(tags),
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=_changed_by_scaling(scheduled=scheduled)
            ),
            depends_on=list(after),
        )
        self.name: str = group.name


def _only(template: LaunchTemplate) -> AutoscalingGroupLaunchTemplate:
    return AutoscalingGroupLaunchTemplate(id=template.id, version=template.version)


def _launch_before_terminating() -> AutoscalingGroupInstanceMaintenancePolicy:
    return AutoscalingGroupInstanceMaintenancePolicy(
        min_healthy_percentage=MIN_HEALTHY_PERCENT, max_healthy_percentage=MAX_HEALTHY_PERCENT
    )


def _rolling_refresh() -> AutoscalingGroupInstanceRefresh:
    """Replace the instances when the template changes, and go back when they do not get healthy.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
    """
    return AutoscalingGroupInstanceRefresh(
        strategy="Rolling",
        preferences=AutoscalingGroupInstanceRefreshPreferences(
            # The provider has defaults of its own, which would override the maintenance policy.
            min_healthy_percentage=MIN_HEALTHY_PERCENT,
            max_healthy_percentage=MAX_HEALTHY_PERCENT,
            auto_rollback=True,
            skip_matching=True,
        ),
    )


def _propagated(tags: Mapping[str, str]) -> Sequence[AutoscalingGroupTag]:
    """Tags for the group and its instances, which the provider's default tags do not reach."""
    return [
        AutoscalingGroupTag(key=key, value=value, propagate_at_launch=True)
        for key, value in tags.items()
    ]


def _changed_by_scaling(*, scheduled: bool) -> Sequence[str]:
    """Arguments that are only the group's start: scaling, and schedules, change them later."""
    bounds = ["min_size", "max_size"] if scheduled else []
    return ["desired_capacity", *bounds]


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
