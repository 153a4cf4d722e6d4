"""IPv6 ranges of VPCs and subnets in the emulated EC2."""

from ipaddress import IPv6Network
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


@pytest.fixture
def vpc(emulator: Emulator) -> tuple[Any, str, IPv6Network]:
    """A client, a VPC with an IPv6 range, and that range."""
    ec2 = emulator.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.7.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    (found,) = ec2.describe_vpcs(VpcIds=[made])["Vpcs"]
    (association,) = found["Ipv6CidrBlockAssociationSet"]
    return ec2, made, IPv6Network(association["Ipv6CidrBlock"])


def subnet(vpc: tuple[Any, str, IPv6Network], number: int = 1) -> dict[str, Any]:
    ec2, id_, network = vpc
    part = str(list(network.subnets(new_prefix=64))[number])
    block = f"10.7.{number}.0/24"
    made = ec2.create_subnet(VpcId=id_, CidrBlock=block, Ipv6CidrBlock=part)["Subnet"]
    (found,) = ec2.describe_subnets(SubnetIds=[made["SubnetId"]])["Subnets"]
    return dict(found)


def test_a_subnet_has_a_part_of_what_its_vpc_has(vpc: tuple[Any, str, IPv6Network]) -> None:
    (association,) = subnet(vpc)["Ipv6CidrBlockAssociationSet"]
    assert association["Ipv6CidrBlockState"] == {"State": "associated"}
    assert IPv6Network(association["Ipv6CidrBlock"]).subnet_of(vpc[2])


def test_a_subnet_is_found_by_its_range(vpc: tuple[Any, str, IPv6Network]) -> None:
    """As Terraform waits for a range that a subnet gets later."""
    ec2, id_, network = vpc
    subnet(vpc)
    plain = ec2.create_subnet(VpcId=id_, CidrBlock="10.7.2.0/24")["Subnet"]["SubnetId"]
    free = str(list(network.subnets(new_prefix=64))[9])
    given = ec2.associate_subnet_cidr_block(SubnetId=plain, Ipv6CidrBlock=free)
    association = given["Ipv6CidrBlockAssociation"]["AssociationId"]

    def found(key: str, value: str) -> list[str]:
        name = f"ipv6-cidr-block-association.{key}"
        asked = [{"Name": name, "Values": [value]}, {"Name": "vpc-id", "Values": [id_]}]
        return [each["SubnetId"] for each in ec2.describe_subnets(Filters=asked)["Subnets"]]

    assert found("association-id", association) == [plain]
    assert found("ipv6-cidr-block", free) == [plain]
    assert plain in found("state", "associated")
    ec2.disassociate_subnet_cidr_block(AssociationId=association)
    assert found("association-id", association) == []


@pytest.mark.parametrize(
    ("block", "code"),
    [("2001:db8:1:2::/64", "InvalidSubnet.Range"), (None, "InvalidSubnet.Conflict")],
)
def test_a_range_is_the_vpcs_and_nobody_elses(
    vpc: tuple[Any, str, IPv6Network], block: str | None, code: str
) -> None:
    ec2, id_, network = vpc
    taken = subnet(vpc)["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    wanted = {"VpcId": id_, "CidrBlock": "10.7.2.0/24", "Ipv6CidrBlock": block or taken}
    assert refusal(ec2.create_subnet, **wanted)[0] == code
    del wanted["Ipv6CidrBlock"]
    plain = ec2.create_subnet(**wanted)["Subnet"]["SubnetId"]
    later = {"SubnetId": plain, "Ipv6CidrBlock": block or taken}
    assert refusal(ec2.associate_subnet_cidr_block, **later)[0] == code
    free = str(list(network.subnets(new_prefix=64))[9])
    ec2.associate_subnet_cidr_block(SubnetId=plain, Ipv6CidrBlock=free)
    whole = {"SubnetId": plain, "Ipv6CidrBlock": str(network.supernet(1))}
    assert refusal(ec2.associate_subnet_cidr_block, **whole)[0] == "InvalidSubnet.Range"


def test_a_subnet_without_a_range_gives_out_no_addresses(
    vpc: tuple[Any, str, IPv6Network],
) -> None:
    ec2, id_, _ = vpc
    plain = ec2.create_subnet(VpcId=id_, CidrBlock="10.7.2.0/24")["Subnet"]["SubnetId"]
    asked = {"SubnetId": plain, "AssignIpv6AddressOnCreation": {"Value": True}}
    code, message = refusal(ec2.modify_subnet_attribute, **asked)
    assert code == "InvalidParameterValue"
    assert f"unless the subnet ({plain}) has an IPv6 CIDR block" in message


def test_a_range_stays_while_it_is_used(vpc: tuple[Any, str, IPv6Network]) -> None:
    ec2, id_, network = vpc
    made = subnet(vpc)
    of_subnet = {"AssociationId": made["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]}
    (found,) = ec2.describe_vpcs(VpcIds=[id_])["Vpcs"]
    of_vpc = {"AssociationId": found["Ipv6CidrBlockAssociationSet"][0]["AssociationId"]}

    def gives_out(value: bool) -> None:
        ec2.modify_subnet_attribute(
            SubnetId=made["SubnetId"], AssignIpv6AddressOnCreation={"Value": value}
        )

    gives_out(True)
    code, message = refusal(ec2.disassociate_subnet_cidr_block, **of_subnet)
    assert code == "InvalidCidrBlock.InUse"
    assert "has assign-ipv6-address-on-creation set to true" in message
    gives_out(False)
    interface = ec2.create_network_interface(SubnetId=made["SubnetId"], Ipv6AddressCount=1)
    assert refusal(ec2.disassociate_subnet_cidr_block, **of_subnet)[0] == "InvalidCidrBlock.InUse"
    ec2.delete_network_interface(
        NetworkInterfaceId=interface["NetworkInterface"]["NetworkInterfaceId"]
    )
    assert refusal(ec2.disassociate_vpc_cidr_block, **of_vpc) == (
        "InvalidCidrBlock.InUse",
        f"The vpc {id_} currently has a subnet within CIDR block {network}",
    )
    ec2.disassociate_subnet_cidr_block(**of_subnet)
    ec2.disassociate_vpc_cidr_block(**of_vpc)


def test_a_vpc_stays_while_it_has_an_egress_only_gateway(
    vpc: tuple[Any, str, IPv6Network],
) -> None:
    ec2, id_, _ = vpc
    made = ec2.create_egress_only_internet_gateway(VpcId=id_)["EgressOnlyInternetGateway"]
    assert refusal(ec2.delete_vpc, VpcId=id_)[0] == "DependencyViolation"
    gateway = made["EgressOnlyInternetGatewayId"]
    ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=gateway)
    ec2.delete_vpc(VpcId=id_)
