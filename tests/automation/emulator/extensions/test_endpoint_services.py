import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import network, refusal


@pytest.mark.parametrize("service", ["ec2messages", "no-such-service"])
def test_an_endpoint_needs_a_service_that_the_region_has(emulator: Emulator, service: str) -> None:
    ec2, (vpc, subnets) = emulator.client("ec2"), network(emulator)
    name = f"com.amazonaws.{emulator.region}.{service}"
    endpoint = {"VpcId": vpc, "ServiceName": name, "VpcEndpointType": "Interface"}
    refused = refusal(ec2.create_vpc_endpoint, **endpoint, SubnetIds=subnets)
    assert refused == ("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    assert name not in ec2.describe_vpc_endpoint_services()["ServiceNames"]


def test_an_endpoint_needs_zones_that_have_the_service(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", region="us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)
        for number, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    lacks, has = (each["Subnet"]["SubnetId"] for each in subnets)
    name = "com.amazonaws.us-east-1.email-smtp"
    endpoint = {"VpcId": vpc, "ServiceName": name, "VpcEndpointType": "Interface"}
    message = (
        f"The VPC endpoint service {name} does not support the availability zone of the subnet:"
        f" {lacks}."
    )
    refused = refusal(ec2.create_vpc_endpoint, **endpoint, SubnetIds=[lacks, has])
    assert refused == ("InvalidParameter", message)
    made = ec2.create_vpc_endpoint(**endpoint, SubnetIds=[has])["VpcEndpoint"]
    addition = {"VpcEndpointId": made["VpcEndpointId"], "AddSubnetIds": [lacks]}
    assert refusal(ec2.modify_vpc_endpoint, **addition) == ("InvalidParameter", message)
    (service,) = ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"]
    assert "us-east-1a" not in service["AvailabilityZones"]
