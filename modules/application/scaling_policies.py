"""When the group of instances grows and shrinks."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.autoscaling_policy import (
    AutoscalingPolicy,
    AutoscalingPolicyTargetTrackingConfiguration,
    AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.autoscaling_schedule import AutoscalingSchedule
from constructs import Construct

from config.application import Scaling, Schedule
from config.naming import Naming

# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
LEAVE_UNCHANGED = -1


class ScalingPolicies(Construct):
    """Target tracking of CPU and of requests per instance, and bounds that follow the clock.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        auto_scaling_group_name: str,
        load_balancer_arn_suffix: str,
        target_group_arn_suffix: str,
        scaling: Scaling,
        schedules: Sequence[Schedule] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._group = auto_scaling_group_name
        self._track("cpu", scaling.cpu_percent, "ASGAverageCPUUtilization")
        self._track(
            "requests",
            scaling.requests_per_instance,
            "ALBRequestCountPerTarget",
            f"{load_balancer_arn_suffix}/{target_group_arn_suffix}",
        )
        for schedule in schedules:
            self._follow(schedule)

    def _track(self, id_: str, target: int, metric: str, label: str | None = None) -> None:
        AutoscalingPolicy(
            self,
            id_,
            name=self._naming.name(id_),
            autoscaling_group_name=self._group,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration=AutoscalingPolicyTargetTrackingConfiguration(
                target_value=target,
                predefined_metric_specification=AutoscalingPolicyTargetTrackingConfigurationPredefinedMetricSpecification(
                    predefined_metric_type=metric, resource_label=label
                ),
            ),
        )

    def _follow(self, schedule: Schedule) -> None:
        """Change the bounds only; within them, target tracking decides."""
        AutoscalingSchedule(
            self,
            f"schedule-{schedule.name}",
            scheduled_action_name=self._naming.name(schedule.name),
            autoscaling_group_name=self._group,
            recurrence=schedule.recurrence,
            time_zone=schedule.time_zone,
            min_size=schedule.min_size,
            max_size=schedule.max_size,
            desired_capacity=LEAVE_UNCHANGED,
        )
