"""Gateways, routes, endpoints and flow logs that do not fit together."""

from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import internet_gateway, network, refusal
from tests.automation.emulator.conftest import REGION


def test_an_account_has_so_many_vpcs_until_it_is_granted_more(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", region="eu-north-1")
    # The default one is one of five.
    for number in range(4):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    assert refusal(ec2.create_vpc, CidrBlock="10.9.0.0/16") == (
        "VpcLimitExceeded",
        "The maximum number of VPCs has been reached.",
    )
    emulator.client("service-quotas", region="eu-north-1").request_service_quota_increase(
        ServiceCode="vpc", QuotaCode="L-F678F1CE", DesiredValue=6
    )
    ec2.create_vpc(CidrBlock="10.9.0.0/16")


def test_a_vpc_has_one_internet_gateway(emulator: Emulator) -> None:
    ec2, (vpc, _) = emulator.client("ec2"), network(emulator)
    internet_gateway(emulator, vpc)
    second = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    refused = refusal(ec2.attach_internet_gateway, InternetGatewayId=second, VpcId=vpc)
    message = f"Network {vpc} already has an internet gateway attached"
    assert refused == ("InvalidParameterValue", message)


def test_a_route_leads_to_a_gateway_of_its_own_network(emulator: Emulator) -> None:
    ec2, (vpc, _) = emulator.client("ec2"), network(emulator)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    message = f"route table {table} and network gateway {gateway} belong to different networks"
    refused = refusal(ec2.create_route, **route, GatewayId=gateway)
    assert refused == ("InvalidParameterValue", message)
    absent = "nat-0123456789abcdef0"
    refused = refusal(ec2.create_route, **route, NatGatewayId=absent)
    assert refused == (
        "InvalidNatGatewayID.NotFound",
        f"The natGateway ID '{absent}' does not exist",
    )
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(**route, GatewayId=gateway)
    other, _ = network(emulator)
    foreign = internet_gateway(emulator, other)
    code, _ = refusal(ec2.replace_route, **route, GatewayId=foreign)
    assert code == "InvalidParameterValue"


def endpoint(vpc: str, *subnets: str, names: bool = False) -> dict[str, Any]:
    return {
        "VpcId": vpc,
        "ServiceName": f"com.amazonaws.{REGION}.ssm",
        "VpcEndpointType": "Interface",
        "SubnetIds": list(subnets),
        "PrivateDnsEnabled": names,
    }


def test_an_endpoint_has_one_subnet_in_each_zone(emulator: Emulator) -> None:
    ec2, (vpc, (first, second, third)) = emulator.client("ec2"), network(emulator, "aab")
    twice = (
        "DuplicateSubnetsInSameZone",
        f"Found another VPC endpoint subnet in the availability zone of {first}. VPC endpoint"
        " subnets should be in different availability zones supported by the VPC endpoint service.",
    )
    assert refusal(ec2.create_vpc_endpoint, **endpoint(vpc, first, second)) == twice
    made = ec2.create_vpc_endpoint(**endpoint(vpc, second, third))["VpcEndpoint"]
    id_ = {"VpcEndpointId": made["VpcEndpointId"]}
    assert refusal(ec2.modify_vpc_endpoint, **id_, AddSubnetIds=[first]) == twice
    ec2.modify_vpc_endpoint(**id_, AddSubnetIds=[first], RemoveSubnetIds=[second])


def test_private_names_need_a_vpc_with_names_and_are_taken_once(emulator: Emulator) -> None:
    ec2, (vpc, (first, second)) = emulator.client("ec2"), network(emulator)
    assert refusal(ec2.create_vpc_endpoint, **endpoint(vpc, first, names=True)) == (
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes"
        f" set to true for {vpc}",
    )
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    made = ec2.create_vpc_endpoint(**endpoint(vpc, first, names=True))["VpcEndpoint"]
    assert refusal(ec2.create_vpc_endpoint, **endpoint(vpc, second, names=True)) == (
        "InvalidParameter",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for"
        f" ssm.{REGION}.amazonaws.com in the VPC {vpc}",
    )
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    ec2.create_vpc_endpoint(**endpoint(vpc, second, names=True))


def test_a_route_table_leads_to_a_gateway_endpoint_once(emulator: Emulator) -> None:
    ec2, (vpc, _) = emulator.client("ec2"), network(emulator)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    s3 = {"VpcId": vpc, "ServiceName": f"com.amazonaws.{REGION}.s3", "RouteTableIds": [table]}
    ec2.create_vpc_endpoint(**s3, VpcEndpointType="Gateway")
    code, message = refusal(ec2.create_vpc_endpoint, **s3, VpcEndpointType="Gateway")
    assert code == "RouteAlreadyExists"
    expected = f"route table {table} already has a route with destination-prefix-list-id pl-"
    assert message.startswith(expected)
