"""IPv6 ranges of VPCs and subnets: where they may lie, and what holds them.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html
"""

from collections.abc import Iterator
from ipaddress import IPv6Network
from typing import Any

from moto.ec2 import utils
from moto.ec2.models import EC2Backend, vpcs
from moto.ec2.models.subnets import Subnet

from automation.emulator.extensions.double import Refused

_SMALLEST, _LARGEST, _STEP = 64, 44, 4


def install() -> None:
    """Write ranges as AWS does, and tell the state of a subnet's, not a structure of moto's."""
    vpcs.random_ipv6_cidr = lambda: str(IPv6Network(utils.random_ipv6_cidr()))  # type: ignore[attr-defined]
    Subnet.ipv6_cidr_block_association_set = property(_associations)  # type: ignore[assignment,method-assign]


def _associations(subnet: Subnet) -> list[dict[str, Any]]:
    return [
        {
            "AssociationId": each["associationId"],
            "Ipv6CidrBlock": each["ipv6CidrBlock"],
            "Ipv6CidrBlockState": each["ipv6CidrBlockState"],
            "IpSource": "amazon",
        }
        for each in _associated(subnet)
    ]


def _associated(subnet: Subnet) -> Iterator[dict[str, Any]]:
    for each in subnet.ipv6_cidr_block_associations.values():
        if each["ipv6CidrBlockState"]["State"] == "associated":
            yield each


def ranges(subnet: Subnet) -> list[IPv6Network]:
    """The IPv6 ranges that a subnet has."""
    return [IPv6Network(each["ipv6CidrBlock"]) for each in _associated(subnet)]


def need_range(ec2: EC2Backend, vpc: str, wanted: str) -> None:
    """Refuse a range that is none of the VPC's, that a subnet has, or of another size.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
    """
    network = IPv6Network(wanted)
    found = ec2.get_vpc(vpc).get_cidr_block_association_set(ipv6=True)
    own = [IPv6Network(each["cidr_block"]) for each in found if _stays(each)]
    sizes = range(_LARGEST, _SMALLEST + 1, _STEP)
    if network.prefixlen not in sizes or not any(network.subnet_of(each) for each in own):
        raise Refused("InvalidSubnet.Range", f"The CIDR '{wanted}' is invalid.")
    for subnet in ec2.describe_subnets(filters={"vpc-id": [vpc]}):
        if any(network.overlaps(each) for each in ranges(subnet)):
            message = f"The CIDR '{wanted}' conflicts with another subnet"
            raise Refused("InvalidSubnet.Conflict", message)


def _stays(association: dict[str, Any]) -> bool:
    return bool(association["cidr_block_state"]["state"] == "associated")


def need_addresses(subnet: Subnet) -> None:
    """Refuse to give out addresses that a subnet does not have.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html
    """
    if not ranges(subnet):
        raise Refused(
            "InvalidParameterValue",
            "Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set "
            f"assign-ipv6-address-on-creation to true unless the subnet ({subnet.id}) has an IPv6 "
            "CIDR block associated with it.",
        )


def leave_subnet(ec2: EC2Backend, association: str) -> None:
    """Refuse to take the range from a subnet that gives out its addresses, or where some are used.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateSubnetCidrBlock.html
    """
    subnet = ec2.get_subnet_from_ipv6_association(association)
    if subnet is None:
        return
    start = f"The subnet IPv6 CIDR block with association ID {association} may not be disassociated"
    if subnet.assign_ipv6_address_on_creation:
        message = f"{start}, because its subnet has assign-ipv6-address-on-creation set to true."
        raise Refused("InvalidCidrBlock.InUse", message)
    interfaces = ec2.enis.values()
    if any(each.subnet_id == subnet.id and each.ipv6_addresses for each in interfaces):
        raise Refused("InvalidCidrBlock.InUse", f"{start}, because its addresses are in use.")


def leave_vpc(ec2: EC2Backend, association: str) -> None:
    """Refuse to take a range from a VPC whose subnets have parts of it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateVpcCidrBlock.html
    """
    for vpc in ec2.vpcs.values():
        found = vpc.get_cidr_block_association_set(ipv6=True)
        for given in (each for each in found if each["association_id"] == association):
            subnets = ec2.describe_subnets(filters={"vpc-id": [vpc.id]})
            if any(ranges(each) for each in subnets):
                block = given["cidr_block"]
                message = f"The vpc {vpc.id} currently has a subnet within CIDR block {block}"
                raise Refused("InvalidCidrBlock.InUse", message)
