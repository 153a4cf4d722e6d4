"""The resources of all stacks as the picture needs them: zones, instances, databases."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from automation.terraform.stacks import Stack

_REFERENCE = re.compile(r"aws_[a-z0-9_]+\.([\w-]+)\.")


@dataclass(frozen=True)
class DiagramResource:
    """One resource, with its arguments."""

    stack: str
    type: str
    name: str
    values: dict[str, Any]

    @property
    def address(self) -> str:
        """Stack and address, `network:aws_vpc.vpc_6776A399`."""
        return f"{self.stack}:{self.type}.{self.name}"

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of the constructs that hold it, from the stack on."""
        metadata = self.values.get("//", {}).get("metadata", {})
        return tuple(metadata.get("path", f"{self.stack}/{self.name}").split("/"))

    def text(self, argument: str) -> str:
        """An argument as text."""
        return str(self.values.get(argument, ""))

    def refers_to(self, other: "DiagramResource", argument: str) -> bool:
        """Whether an argument names another resource of its stack."""
        return other.name in _REFERENCE.findall(self.text(argument))


class Catalogue:
    """What there is, by type; in the order in which it is synthesized."""

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = tuple(stacks)
        self._resources = [
            DiagramResource(stack.name, type_, name, values)
            for stack in self.stacks
            for type_, each in stack.content.get("resource", {}).items()
            for name, values in each.items()
        ]

    @property
    def names(self) -> frozenset[str]:
        """The stacks' own."""
        return frozenset(stack.name for stack in self.stacks)

    def of(self, type_: str, stack: str | None = None) -> tuple[DiagramResource, ...]:
        """All resources of a type, in one stack or in any."""
        return tuple(
            each for each in self._resources if each.type == type_ and stack in (None, each.stack)
        )

    def within(self, stack: str) -> tuple[DiagramResource, ...]:
        """All resources of a stack."""
        return tuple(each for each in self._resources if each.stack == stack)

    def below(self, stack: str, construct: str) -> tuple[DiagramResource, ...]:
        """All resources of a stack within one of its constructs."""
        return tuple(each for each in self.within(stack) if each.path[1] == construct)


@dataclass(frozen=True)
class Zone:
    """An availability zone with its subnets by tier, and its NAT gateway if it has one."""

    name: str
    subnets: dict[str, DiagramResource]
    nat: tuple[DiagramResource, ...]


@dataclass(frozen=True)
class Instances:
    """The application's instances."""

    types: tuple[str, ...]
    least: int
    most: int
    spot: bool

    @property
    def label(self) -> str:
        """How many of which."""
        others = f" and {len(self.types) - 1} more" if len(self.types) > 1 else ""
        spot = ", some of them Spot" if self.spot else ""
        return f"Auto Scaling group: {self.least} to {self.most} {self.types[0]}{others}{spot}"


@dataclass(frozen=True)
class Copy:
    """A place where the database's data is."""

    label: str
    detail: str
    resource: DiagramResource


def prefix(catalogue: Catalogue) -> str:
    """Environment and app id, as they are in the keys of all states."""
    (backend,) = catalogue.stacks[0].content["terraform"]["backend"].values()
    return str(backend["key"]).split("/", maxsplit=1)[0]


def region(catalogue: Catalogue) -> str:
    """Where the stacks are."""
    return str(catalogue.stacks[0].content["provider"]["aws"][0]["region"])


def zones(catalogue: Catalogue) -> tuple[Zone, ...]:
    """The availability zones by name."""
    subnets: dict[str, dict[str, DiagramResource]] = {}
    for each in catalogue.of("aws_subnet", "network"):
        subnets.setdefault(each.text("availability_zone"), {})[each.path[-2]] = each
    gateways = catalogue.of("aws_nat_gateway", "network")
    return tuple(
        Zone(name, subnets[name], _within(gateways, tuple(subnets[name].values())))
        for name in sorted(subnets)
    )


def _within(
    gateways: tuple[DiagramResource, ...], subnets: tuple[DiagramResource, ...]
) -> tuple[DiagramResource, ...]:
    return tuple(
        each for each in gateways if any(each.refers_to(subnet, "subnet_id") for subnet in subnets)
    )


def private(catalogue: Catalogue) -> bool:
    """Whether CloudFront reaches the load balancer through a VPC origin."""
    return bool(catalogue.of("aws_cloudfront_vpc_origin", "edge"))


def instances(catalogue: Catalogue) -> Instances | None:
    """How many instances there are, and of which types."""
    templates = {each.name: each for each in catalogue.of("aws_launch_template", "application")}
    for group in catalogue.of("aws_autoscaling_group", "application"):
        mixed = group.values.get("mixed_instances_policy", {})
        overrides = mixed.get("launch_template", {}).get("override", [])
        share = mixed.get("instances_distribution", {}).get(
            "on_demand_percentage_above_base_capacity", 100
        )
        types = [each["instance_type"] for each in overrides]
        types = types or [each.text("instance_type") for each in templates.values()]
        least, most = int(group.values["min_size"]), int(group.values["max_size"])
        return Instances(tuple(types), least, most, int(share) < 100)
    return None


def copies(catalogue: Catalogue) -> tuple[Copy, ...]:
    """The database's primary, its standby if it has one, and its replicas."""
    found: list[Copy] = []
    replicas = 0
    for each in catalogue.of("aws_db_instance", "database"):
        size = each.text("instance_class")
        if each.values.get("replicate_source_db"):
            replicas += 1
            found.append(Copy(f"Replica {replicas}", size, each))
            continue
        found.append(Copy("MySQL primary", f"{each.text('engine_version')} · {size}", each))
        if each.values.get("multi_az"):
            found.append(Copy("Standby", "synchronous copy", each))
    return tuple(found)
