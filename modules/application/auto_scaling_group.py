"""The group of instances that runs the application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupInstanceRefresh,
    AutoscalingGroupInstanceRefreshPreferences,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupTag,
)
from constructs import Construct

from modules.application.launch_template import LaunchTemplate
from modules.application.mixed_instances import Purchase, mixed_instances_policy

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


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many instances there are; `scheduled` when schedules change the bounds."""

    min_size: int
    max_size: int
    scheduled: bool = False


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long an instance may take: to answer health checks, and to bear its share of load."""

    grace_seconds: int
    warmup_seconds: int


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
        target_group_arn: str,
        capacity: Capacity,
        purchase: Purchase,
        pace: Pace,
        deletion_protection: bool = True,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
        group = AutoscalingGroup(
            self,
            "group",
            name=name,
            vpc_zone_identifier=list(subnet_ids),
            launch_template=None if purchase.mixed else _only(launch_template),
            mixed_instances_policy=mixed_instances_policy(purchase, launch_template),
            target_group_arns=[target_group_arn],
            health_check_type="ELB",
            health_check_grace_period=pace.grace_seconds,
            default_instance_warmup=pace.warmup_seconds,
            min_size=capacity.min_size,
            max_size=capacity.max_size,
            desired_capacity=capacity.min_size,
            wait_for_capacity_timeout="10m",
            capacity_rebalance=purchase.spot,
            instance_maintenance_policy=_launch_before_terminating(),
            instance_refresh=_rolling_refresh(),
            enabled_metrics=list(METRICS),
            force_delete=not deletion_protection,
            tag=_propagated(tags),
            lifecycle=TerraformResourceLifecycle(ignore_changes=_changed_by_scaling(capacity)),
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


def _changed_by_scaling(capacity: Capacity) -> Sequence[str]:
    """Arguments that are only the group's start: scaling, and schedules, change them later."""
    bounds = ["min_size", "max_size"] if capacity.scheduled else []
    return ["desired_capacity", *bounds]
