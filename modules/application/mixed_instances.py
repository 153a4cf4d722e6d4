"""How instances are bought, and of which types."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroupMixedInstancesPolicy,
    AutoscalingGroupMixedInstancesPolicyInstancesDistribution,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride,
)

from modules.application.launch_template import LaunchTemplate


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """Instance types in order of preference, and the share of them that is on demand."""

    instance_types: Sequence[str]
    on_demand_base: int = 0
    on_demand_percent: int = 100

    @property
    def spot(self) -> bool:
        """Whether some of the instances are Spot instances."""
        return self.on_demand_percent < 100

    @property
    def mixed(self) -> bool:
        """Whether the launch template alone cannot say what to buy."""
        return self.spot or len(self.instance_types) > 1


def mixed_instances_policy(
    purchase: Purchase, template: LaunchTemplate
) -> AutoscalingGroupMixedInstancesPolicy | None:
    """On-demand instances by preference, Spot instances where interruptions are least likely.

    None where the launch template alone says what to buy.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/allocation-strategies.html
    """
    if not purchase.mixed:
        return None
    specification = AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification(
        launch_template_id=template.id, version=template.version
    )
    return AutoscalingGroupMixedInstancesPolicy(
        launch_template=AutoscalingGroupMixedInstancesPolicyLaunchTemplate(
            launch_template_specification=specification,
            override=[
                AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride(instance_type=each)
                for each in purchase.instance_types
            ],
        ),
        instances_distribution=AutoscalingGroupMixedInstancesPolicyInstancesDistribution(
            on_demand_allocation_strategy="prioritized",
            on_demand_base_capacity=purchase.on_demand_base,
            on_demand_percentage_above_base_capacity=purchase.on_demand_percent,
            spot_allocation_strategy="price-capacity-optimized",
        ),
    )
