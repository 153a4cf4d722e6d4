"""Settings of the network tier."""

from typing import Annotated, Literal

from pydantic import Field

from config.allowed import Form, Instead
from config.fields import Cidr, Section

AvailabilityZone = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2}-[a-z]{4,9}-[1-9][a-h]$",
    ),
    Form("an availability zone of the region", "us-west-2a"),
]
# Services that instances in the app subnets reach without leaving the VPC.
InterfaceEndpoint = Annotated[
    Literal[
        "autoscaling",
        "ec2",
        "events",
        "kms",
        "lambda",
        "logs",
        "monitoring",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "ssmmessages",
        "sts",
        "xray",
    ],
    Instead(
        {
            "ec2messages": "remove it: AWS retired this service on 2026-09-30, and SSM Agent uses "
            "ssmmessages from version 3.3.40 on"
        }
    ),
]
NatGateways = Literal["per_az", "single", "none"]


class Network(Section):
    """Where the platform lives: one VPC, three kinds of subnet per availability zone."""

    cidr_block: Cidr = Field(
        "10.0.0.0/16",
        description="the VPC's network: private, from /16 to /22",
    )
    availability_zone_count: int = Field(3, ge=2, le=4, description="number of availability zones")
    availability_zones: tuple[AvailabilityZone, ...] = Field(
        (),
        max_length=4,
        description="the zones by name; when empty, the region's first ones; a single NAT "
        "gateway is in the first",
    )
    leaving_zones: tuple[AvailabilityZone, ...] = Field(
        (),
        max_length=2,
        description="zones that the other tiers leave, so that the next deployment can do without",
    )
    nat_gateways: NatGateways = Field(
        "per_az",
        description="one for each zone (highly available), one (cheaper), or none (endpoints only)",
    )
    interface_endpoints: tuple[InterfaceEndpoint, ...] = Field(
        (
            "logs",
            "monitoring",
            "secretsmanager",
            "ssm",
            "ssmmessages",
            "xray",
        ),
        description="services reached through interface endpoints, each billed per hour and "
        "zone; without NAT gateways autoscaling and sts are needed as well, and what "
        "application.app.permissions name",
        max_length=15,
    )
    dynamodb_endpoint: bool = Field(
        False, description="whether the application reaches DynamoDB by a gateway endpoint (free)"
    )
    ipv6: bool = Field(
        False,
        description="whether instances have IPv6 addresses, too, and reach IPv6 servers through "
        "an egress-only gateway; it cannot be switched off",
    )
    reserved_cidr_blocks: tuple[Cidr, ...] = Field(
        (),
        max_length=100,
        description="networks that the VPC will be connected to, which it must not overlap",
    )
    flow_log_traffic: Literal["ALL", "ACCEPT", "REJECT"] = Field(
        "ALL", description="traffic in the flow logs"
    )
    flow_log_destination: Literal["s3", "cloudwatch"] = Field(
        "s3",
        description="where flow logs go: to the log bucket in Parquet, or to a log group, which "
        "costs twice as much and can be searched at once",
    )
