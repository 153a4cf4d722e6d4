"""Settings of the network tier."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import Cidr, Section

AvailabilityZone = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2}-[a-z]+-\d[a-z]$",
        description="an availability zone of the region, such as us-west-2a",
    ),
]
# Services that instances in the app subnets reach without leaving the VPC.
InterfaceEndpoint = Annotated[
    Literal[
        "ec2messages",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
        "xray",
    ],
    Field(description="a service with an interface endpoint, such as ssm or secretsmanager"),
]
NatGateways = Literal["per_az", "single", "none"]


class Network(Section):
    """Where the platform lives: one VPC, three kinds of subnet per availability zone."""

    cidr_block: Cidr = Field(
        "10.0.0.0/16",
        description="the VPC's private IPv4 network, from /16 to /22, such as 10.0.0.0/16",
    )
    availability_zone_count: int = Field(
        3, ge=2, le=4, description="number of availability zones, 2 to 4"
    )
    availability_zones: tuple[AvailabilityZone, ...] = Field(
        (),
        description="the zones by name; when empty, the region's first ones (a, b, c)",
    )
    nat_gateways: NatGateways = Field(
        "per_az",
        description='"per_az" (highly available), "single" (cheaper) or "none" (endpoints only)',
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        (
            "ec2messages",
            "kms",
            "logs",
            "monitoring",
            "secretsmanager",
            "ssm",
            "ssmmessages",
            "xray",
        ),
        description="services reached through interface endpoints, each billed per hour and zone",
    )
    reserved_cidr_blocks: tuple[Cidr, ...] = Field(
        (),
        description="networks that the VPC will be connected to, which it must not overlap",
    )
    flow_log_traffic: Literal["ALL", "ACCEPT", "REJECT"] = Field(
        "ALL", description='traffic in the flow logs: "ALL", "ACCEPT" or "REJECT"'
    )
