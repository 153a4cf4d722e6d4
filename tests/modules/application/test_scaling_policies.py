import pytest

from config import Naming
from config.application import Scaling, Schedule
from modules.application.scaling_policies import ScalingPolicies
from tests.synthesized import Synthesized, synthesize


@pytest.fixture
def stack(naming: Naming) -> Synthesized:
    return synthesize(
        lambda stack: ScalingPolicies(
            stack,
            "scaling",
            naming=naming,
            auto_scaling_group_name="group",
            load_balancer_arn_suffix="app/web/1",
            target_group_arn_suffix="targetgroup/app/2",
            scaling=Scaling(cpu_percent=60, requests_per_instance=1000),
            schedules=[
                Schedule(
                    name="night",
                    recurrence="0 20 * * *",
                    time_zone="Europe/Berlin",
                    min_size=1,
                    max_size=2,
                )
            ],
        )
    )


def test_instances_follow_cpu_and_requests(stack: Synthesized) -> None:
    for name, target, metric in (
        ("cpu", 60, {"predefined_metric_type": "ASGAverageCPUUtilization"}),
        (
            "requests",
            1000,
            {
                "predefined_metric_type": "ALBRequestCountPerTarget",
                "resource_label": "app/web/1/targetgroup/app/2",
            },
        ),
    ):
        policy = stack.one("aws_autoscaling_policy", name=f"prod-349081-{name}")
        assert policy["autoscaling_group_name"] == "group"
        assert policy["policy_type"] == "TargetTrackingScaling"
        assert policy["target_tracking_configuration"] == {
            "target_value": target,
            "predefined_metric_specification": metric,
        }


def test_schedules_change_the_bounds_and_leave_the_size_to_target_tracking(
    stack: Synthesized,
) -> None:
    assert stack.has(
        "aws_autoscaling_schedule",
        scheduled_action_name="prod-349081-night",
        autoscaling_group_name="group",
        recurrence="0 20 * * *",
        time_zone="Europe/Berlin",
        min_size=1,
        max_size=2,
        desired_capacity=-1,
    )
