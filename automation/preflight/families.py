"""Which quota an instance type counts against, and how instances are bought."""

import re
from dataclasses import dataclass

from config.application import Purchase


@dataclass(frozen=True)
class Family:
    """Instance types that share a quota of vCPUs for each way to buy them."""

    name: str
    prefixes: tuple[str, ...]
    on_demand_code: str
    spot_code: str


# https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
STANDARD = ("a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z")
FAMILIES = (
    Family("Standard", STANDARD, "L-1216C47A", "L-34B43A08"),
    Family("G and VT", ("g", "gr", "vt"), "L-DB2E81BA", "L-3819A6DF"),
    Family("X", ("x",), "L-7295265B", "L-E3A00192"),
    Family("P", ("p",), "L-417A185B", "L-7212CCBC"),
    Family("F", ("f",), "L-74FC7D96", "L-88CF9481"),
    Family("Inf", ("inf",), "L-1945791B", "L-B5D1601B"),
)


def family_of(instance_type: str) -> Family | None:
    """The family that a type such as m7g.large belongs to; None for a rare one."""
    letters = re.match("[a-z]*", instance_type)
    prefix = letters[0] if letters else ""
    return next((family for family in FAMILIES if prefix in family.prefixes), None)


def bought(purchase: Purchase, instances: int) -> tuple[int, int]:
    """How many of some instances are on demand, and how many are Spot.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html
    """
    base = min(purchase.on_demand_base, instances)
    above = instances - base
    # The share is rounded up, in favour of on-demand instances.
    on_demand = base - (-above * purchase.on_demand_percent // 100)
    return on_demand, instances - on_demand
