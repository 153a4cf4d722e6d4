from collections.abc import Sequence

import pytest

from config import Naming
from config.application import Capacity, InstanceRefresh, Purchase
from modules.application.auto_scaling_group import AutoScalingGroup
from modules.application.launch_template import LaunchTemplate
from tests.synthesized import Resource, synthesize

PURCHASE, REFRESH = Purchase(), InstanceRefresh()
TAGS = {"Name": "prod-349081-application", "Owner": "platform"}


def group(
    naming: Naming,
    *,
    instance_types: Sequence[str] = ("m7g.large",),
    purchase: Purchase = PURCHASE,
    scheduled: bool = False,
    protected: bool = True,
    refresh: InstanceRefresh = REFRESH,
) -> Resource:
    stack = synthesize(
        lambda stack: AutoScalingGroup(
            stack,
            "group",
            name=naming.name("application"),
            tags=TAGS,
            subnet_ids=["subnet-a", "subnet-b"],
            launch_template=LaunchTemplate(
                stack,
                "launch-template",
                naming=naming,
                tags=TAGS,
                architecture="arm64",
                instance_type="m7g.large",
                instance_profile_arn="profile",
                security_group_id="sg-app",
                root_volume_gib=20,
                kms_key_arn="data-key",
                user_data="#cloud-config\n",
                version_description="release 0123456789ab",
            ),
            target_group_arns=["target-group"],
            instance_types=instance_types,
            purchase=purchase,
            capacity=Capacity(min_size=3, max_size=12),
            scheduled=scheduled,
            launch_hook="serving",
            launch_seconds=1920,
            health_check_grace_period=300,
            default_instance_warmup=180,
            refresh=refresh,
            alarm_name="prod-349081-release-errors",
            deletion_protection=protected,
        )
    )
    return stack.only("aws_autoscaling_group")


def test_an_instance_is_in_service_once_it_says_so(naming: Naming) -> None:
    """From the first one on, and however long that may take."""
    built = group(naming)
    hook = {
        "name": "serving",
        "lifecycle_transition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "heartbeat_timeout": 1920,
        "default_result": "ABANDON",
    }
    assert built["initial_lifecycle_hook"] == [hook]
    assert built["wait_for_capacity_timeout"] == "1920s"


def test_the_load_balancer_decides_what_is_healthy(naming: Naming) -> None:
    built = group(naming)
    assert built["health_check_type"] == "ELB"
    assert built["health_check_grace_period"] == 300
    assert built["target_group_arns"] == ["target-group"]
    assert built["default_instance_warmup"] == 180


def test_changes_roll_out_without_loss_of_capacity_and_roll_back(naming: Naming) -> None:
    built = group(naming)
    healthy = {"min_healthy_percentage": 100, "max_healthy_percentage": 150}
    refresh = built["instance_refresh"]
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"] == {
        **healthy,
        "auto_rollback": True,
        "skip_matching": True,
        "alarm_specification": {"alarms": ["prod-349081-release-errors"]},
        "checkpoint_percentages": [10, 100],
        "checkpoint_delay": "600",
    }
    assert built["instance_maintenance_policy"] == healthy


@pytest.mark.parametrize(
    ("refresh", "absent"),
    [
        (InstanceRefresh(watched=False), {"alarm_specification"}),
        (InstanceRefresh(checkpoint_seconds=0), {"checkpoint_percentages", "checkpoint_delay"}),
    ],
)
def test_what_nobody_watches_or_waits_for_is_not_sent(
    naming: Naming, refresh: InstanceRefresh, absent: set[str]
) -> None:
    usual = group(naming)["instance_refresh"]["preferences"]
    less = group(naming, refresh=refresh)["instance_refresh"]["preferences"]
    assert less == {name: value for name, value in usual.items() if name not in absent}
    assert absent <= usual.keys()


def test_instances_come_from_a_version_whose_changes_plans_show(naming: Naming) -> None:
    built = group(naming)
    assert built["launch_template"]["version"].endswith(".latest_version}")
    assert "mixed_instances_policy" not in built
    assert built["capacity_rebalance"] is False


@pytest.mark.parametrize(
    ("scheduled", "ignored"),
    [(False, []), (True, ["min_size", "max_size"])],
)
def test_plans_leave_alone_what_scaling_changes(
    naming: Naming, *, scheduled: bool, ignored: list[str]
) -> None:
    built = group(naming, scheduled=scheduled)
    assert built["desired_capacity"] == 3
    # The provider would replace the group whose hook changes.
    always = ["desired_capacity", "initial_lifecycle_hook"]
    assert built["lifecycle"] == {"ignore_changes": [*always, *ignored]}


def test_several_types_are_bought_in_order_of_preference(naming: Naming) -> None:
    built = group(naming, instance_types=["m7g.large", "m6g.large"])
    policy = built["mixed_instances_policy"]
    override = policy["launch_template"]["override"]
    assert [each["instance_type"] for each in override] == ["m7g.large", "m6g.large"]
    specification = policy["launch_template"]["launch_template_specification"]
    assert specification["version"].endswith(".latest_version}")
    assert policy["instances_distribution"]["on_demand_allocation_strategy"] == "prioritized"
    assert "launch_template" not in built
    assert built["capacity_rebalance"] is False


def test_spot_instances_are_replaced_before_they_are_reclaimed(naming: Naming) -> None:
    built = group(naming, purchase=Purchase(on_demand_base=2, on_demand_percent=25))
    assert built["capacity_rebalance"] is True
    assert built["mixed_instances_policy"]["instances_distribution"] == {
        "on_demand_allocation_strategy": "prioritized",
        "on_demand_base_capacity": 2,
        "on_demand_percentage_above_base_capacity": 25,
        "spot_allocation_strategy": "price-capacity-optimized",
    }


def test_instances_get_all_tags(naming: Naming) -> None:
    tags = group(naming)["tag"]
    assert {each["key"]: each["value"] for each in tags} == TAGS
    assert all(each["propagate_at_launch"] for each in tags)


@pytest.mark.parametrize("protected", [True, False])
def test_only_a_disposable_group_goes_with_its_instances(
    naming: Naming, *, protected: bool
) -> None:
    assert group(naming, protected=protected)["force_delete"] is not protected
