"""Which endpoint services a region and its zones have; moto offers each of them everywhere.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCBackend

from automation.emulator.extensions.double import Refused

# Retired on 2026-09-30, and never offered by regions from 2024 on.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
RETIRED = ("ec2messages",)
# Zones that lack a service, by region; what accounts have met, for AWS publishes no list.
# https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/462
LACKING: Mapping[str, Mapping[str, Sequence[str]]] = {
    "us-east-1": {"email-smtp": ("us-east-1a", "us-east-1e", "us-east-1f")},
}


def install() -> None:
    """Offer what AWS offers."""
    collect = VPCBackend._collect_default_endpoint_services

    def offered(account_id: str, region: str) -> list[dict[str, Any]]:
        services = collect(account_id, region)
        return [_offer(each, region) for each in services if _name(each) not in RETIRED]

    VPCBackend._collect_default_endpoint_services = staticmethod(offered)  # type: ignore[method-assign]


def _offer(service: dict[str, Any], region: str) -> dict[str, Any]:
    lacking = LACKING.get(region, {}).get(_name(service), ())
    zones = [each for each in service["AvailabilityZones"] if each not in lacking]
    return {**service, "AvailabilityZones": zones}


def _name(service: dict[str, Any]) -> str:
    return str(service["ServiceName"].split(".", maxsplit=3)[-1])


def need(ec2: EC2Backend, service: str, subnets: Sequence[str]) -> None:
    """Refuse an endpoint whose service the region does not have, or the zone of a subnet.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    """
    offered = ec2._collect_default_endpoint_services(ec2.account_id, ec2.region_name)
    zones = [each["AvailabilityZones"] for each in offered if each["ServiceName"] == service]
    if not zones:
        raise Refused("InvalidServiceName", f"The Vpc Endpoint Service '{service}' does not exist")
    for subnet in subnets:
        if not any(ec2.get_subnet(subnet).availability_zone in each for each in zones):
            message = f"The VPC endpoint service {service} does not support the availability zone"
            raise Refused("InvalidParameter", f"{message} of the subnet: {subnet}.")
