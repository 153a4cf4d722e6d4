"""What the picture shows of the network, the application and the database."""

from dataclasses import dataclass

from automation.diagram.catalogue import Catalogue, Resource


@dataclass(frozen=True)
class Zone:
    """An availability zone with its subnets by tier, and its NAT gateway if it has one."""

    name: str
    subnets: dict[str, Resource]
    nat: tuple[Resource, ...]


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
    resource: Resource


def prefix(catalogue: Catalogue) -> str:
    """Environment and app id, as they are in the keys of all states."""
    (backend,) = catalogue.stacks[0].content["terraform"]["backend"].values()
    return str(backend["key"]).split("/", maxsplit=1)[0]


def region(catalogue: Catalogue) -> str:
    """Where the stacks are."""
    return str(catalogue.stacks[0].content["provider"]["aws"][0]["region"])


def zones(catalogue: Catalogue) -> tuple[Zone, ...]:
    """The availability zones by name."""
    subnets: dict[str, dict[str, Resource]] = {}
    for each in catalogue.of("aws_subnet", "network"):
        subnets.setdefault(each.text("availability_zone"), {})[each.path[-2]] = each
    gateways = catalogue.of("aws_nat_gateway", "network")
    return tuple(
        Zone(name, subnets[name], _within(gateways, tuple(subnets[name].values())))
        for name in sorted(subnets)
    )


def _within(gateways: tuple[Resource, ...], subnets: tuple[Resource, ...]) -> tuple[Resource, ...]:
    return tuple(
        each for each in gateways if any(each.refers_to(subnet, "subnet_id") for subnet in subnets)
    )


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
