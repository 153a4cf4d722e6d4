"""Which version of the application the environment runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.checks.clients import Clients
from automation.checks.instances import template_of
from config import Settings

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef


@dataclass(frozen=True, kw_only=True)
class Release:
    """The launch template version that instances are started from, and what they run now."""

    version: str
    description: str
    instances: Mapping[str, int]
    """How many of them run, by their version."""

    def __str__(self) -> str:
        total = sum(self.instances.values())
        current = self.instances.get(self.version, 0)
        name = self.description or "no description"
        return f"{name} (launch template version {self.version}), {current} of {total} instances"


def find(clients: Clients, settings: Settings) -> Release | None:
    """The release of the environment's Auto Scaling group; None while there is no such group."""
    name = settings.naming.name("application")
    groups = clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    template = next((template_of(each) for each in groups["AutoScalingGroups"]), None)
    if template is None or "LaunchTemplateId" not in template:
        return None
    answer = clients.ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"],
        Versions=[template.get("Version", "$Default")],
    )
    (found,) = answer["LaunchTemplateVersions"]
    return Release(
        version=str(found["VersionNumber"]),
        description=found.get("VersionDescription", ""),
        instances=_instances(groups["AutoScalingGroups"][0]),
    )


def _instances(group: "AutoScalingGroupTypeDef") -> dict[str, int]:
    counts: dict[str, int] = {}
    for instance in group.get("Instances", []):
        version = instance.get("LaunchTemplate", {}).get("Version", "unknown")
        counts[version] = counts.get(version, 0) + 1
    return counts
