"""The network of an account: interfaces of every service, endpoint services, ranges, what fits.

moto makes some interfaces, forgets to take them away, and gives load balancers and databases none;
it offers each endpoint service everywhere.
https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Any

from moto.ec2 import utils
from moto.ec2.models import EC2Backend, vpcs
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCBackend
from moto.elbv2.models import elbv2_backends
from moto.rds.models import DBInstance, rds_backends

from automation.emulator.extensions.double import Refused
from automation.emulator.extensions.servicequotas import quota

# Retired on 2026-09-30, and never offered by regions from 2024 on.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
RETIRED = ("ec2messages",)
# Zones that lack a service, by region; what accounts have met, for AWS publishes no list.
# https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/462
LACKING: Mapping[str, Mapping[str, Sequence[str]]] = {
    "us-east-1": {"email-smtp": ("us-east-1a", "us-east-1e", "us-east-1f")},
}

_VPCS = "L-F678F1CE"
# Lengths of the prefixes of IPv6 ranges.
# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html
_SMALLEST, _LARGEST, _STEP = 64, 44, 4
_OTHER_ZONE = (
    "VPC endpoint subnets should be in different availability zones supported by the VPC endpoint"
    " service."
)


@dataclass(frozen=True)
class Interface:
    """What holds a subnet and its groups, and whether the internet reaches it."""

    owner: str
    subnet: str
    groups: frozenset[str] = frozenset()
    public: bool = False


def interfaces(ec2: EC2Backend) -> Iterator[Interface]:
    """Every interface of a region."""
    yield from _of_gateways(ec2)
    yield from _of_endpoints(ec2)
    yield from _of_instances(ec2)
    yield from _of_load_balancers(ec2)
    yield from _of_databases(ec2)


def _of_gateways(ec2: EC2Backend) -> Iterator[Interface]:
    for gateway in ec2.nat_gateways.values():
        if gateway.state == "available":
            public = gateway.connectivity_type != "private"
            yield Interface(gateway.id, gateway.subnet_id, public=public)


def _of_endpoints(ec2: EC2Backend) -> Iterator[Interface]:
    for endpoint in ec2.vpc_end_points.values():
        if _has_interfaces(endpoint) and endpoint.state != "deleted":
            groups = frozenset(endpoint.security_group_ids or ())
            for subnet in endpoint.subnet_ids or ():
                yield Interface(endpoint.id, subnet, groups)


def _has_interfaces(endpoint: Any) -> bool:
    return (endpoint.vpc_endpoint_type or "").lower() == "interface"


def _of_instances(ec2: EC2Backend) -> Iterator[Interface]:
    """Those of instances that live, and those that somebody made."""
    elsewhere = {gateway._eni.id for gateway in ec2.nat_gateways.values()}
    for endpoint in ec2.vpc_end_points.values():
        elsewhere |= set(endpoint.network_interface_ids or ())
    for each in ec2.enis.values():
        if each.id in elsewhere or (each.instance and each.instance.state == "terminated"):
            continue
        groups = frozenset(group.id for group in each.group_set)
        yield Interface(each.id, each.subnet_id, groups, public=bool(each.public_ip))


def _of_load_balancers(ec2: EC2Backend) -> Iterator[Interface]:
    for balancer in elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values():
        groups = frozenset(balancer.security_groups or ())
        for subnet in balancer.subnets:
            public = balancer.scheme == "internet-facing"
            yield Interface(balancer.arn, subnet.id, groups, public=public)


def _of_databases(ec2: EC2Backend) -> Iterator[Interface]:
    for database in rds_backends[ec2.account_id][ec2.region_name].databases.values():
        groups = frozenset(database.vpc_security_group_ids)
        for subnet in database_subnets(database):
            yield Interface(database.db_instance_identifier, subnet, groups)


def database_subnets(database: DBInstance) -> list[str]:
    """The subnet of an instance, and that of its standby, which is in another zone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    """
    group = vars(database).get("db_subnet_group")
    if group is None:
        return []

    def far(subnet: Any) -> tuple[bool, str]:
        return subnet.availability_zone != database.availability_zone, subnet.availability_zone

    by_zone = {each.availability_zone: each.id for each in sorted(group._subnets, key=far)}
    return list(by_zone.values())[: 2 if database.multi_az else 1]


def install() -> None:
    """Offer what AWS offers; write IPv6 ranges as AWS does, tell their state and look for them."""
    vpcs.random_ipv6_cidr = lambda: str(IPv6Network(utils.random_ipv6_cidr()))  # type: ignore[attr-defined]
    Subnet.ipv6_cidr_block_association_set = property(_associations)  # type: ignore[assignment,method-assign]
    value_of = Subnet.get_filter_value

    def by_range(subnet: Subnet, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name in _RANGE_FILTERS:
            return [_RANGE_FILTERS[filter_name](each) for each in _associations(subnet)]
        return value_of(subnet, filter_name, method_name)

    Subnet.get_filter_value = by_range  # type: ignore[assignment,method-assign]
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


def check_vpcs(ec2: EC2Backend) -> None:
    """As many as the account may have, the default one among them.

    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
    """
    if len(ec2.vpcs) >= quota(ec2.region_name, "vpc", _VPCS):
        raise Refused("VpcLimitExceeded", "The maximum number of VPCs has been reached.")


def check_attachment(ec2: EC2Backend, vpc: str) -> None:
    """A VPC has one internet gateway.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html
    """
    if gateways(ec2, vpc):
        message = f"Network {vpc} already has an internet gateway attached"
        raise Refused("InvalidParameterValue", message)


def gateways(ec2: EC2Backend, vpc: str) -> list[Any]:
    """The internet gateways that are attached to a VPC."""
    return [each for each in ec2.internet_gateways.values() if each.vpc and each.vpc.id == vpc]


def check_route(ec2: EC2Backend, given: Mapping[str, Any]) -> None:
    """A route leads to a gateway of its own network.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
    """
    table = ec2.route_tables.get(given["RouteTableId"])
    gateway = given.get("GatewayId") or ""
    if table is None:
        return
    if gateway in ec2.internet_gateways and ec2.internet_gateways[gateway] not in gateways(
        ec2, table.vpc_id
    ):
        message = f"route table {table.id} and network gateway {gateway} belong to different"
        raise Refused("InvalidParameterValue", f"{message} networks")
    nat = given.get("NatGatewayId")
    if nat and nat not in ec2.nat_gateways:
        message = f"The natGateway ID '{nat}' does not exist"
        raise Refused("InvalidNatGatewayID.NotFound", message)


def check_endpoint(ec2: EC2Backend, given: Mapping[str, Any]) -> None:
    """An endpoint's subnets, its private names and its routes are still free.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
    """
    vpc, service = given["VpcId"], given["ServiceName"]
    check_zones(ec2, given.get("SubnetIds") or ())
    others = [
        each
        for each in ec2.vpc_end_points.values()
        if (each.vpc_id, each.service_name) == (vpc, service) and each.state != "deleted"
    ]
    if given.get("PrivateDnsEnabled"):
        _check_private_names(ec2, vpc, service, others)
    taken = {table for each in others for table in each.route_table_ids or ()}
    for table in given.get("RouteTableIds") or ():
        if table in taken:
            lists = ec2.managed_prefix_lists.values()
            id_ = next((each.id for each in lists if each.prefix_list_name == service), service)
            message = f"route table {table} already has a route with destination-prefix-list-id"
            raise Refused("RouteAlreadyExists", f"{message} {id_}")


def check_zones(ec2: EC2Backend, subnets: Sequence[str]) -> None:
    """An endpoint has one subnet in each zone.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    zones = Counter(ec2.get_subnet(each).availability_zone for each in dict.fromkeys(subnets))
    for subnet in subnets:
        if zones[ec2.get_subnet(subnet).availability_zone] > 1:
            message = f"Found another VPC endpoint subnet in the availability zone of {subnet}."
            raise Refused("DuplicateSubnetsInSameZone", f"{message} {_OTHER_ZONE}")


def _check_private_names(ec2: EC2Backend, vpc: str, service: str, others: Iterable[Any]) -> None:
    network = ec2.get_vpc(vpc)
    if not (network.enable_dns_support and network.enable_dns_hostnames):
        message = (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC"
            f" attributes set to true for {vpc}"
        )
        raise Refused("InvalidParameter", message)
    if any(each.private_dns_enabled for each in others):
        name = f"{service.rpartition('.')[2]}.{ec2.region_name}.amazonaws.com"
        message = "private-dns-enabled cannot be set because there is already a conflicting DNS"
        raise Refused("InvalidParameter", f"{message} domain for {name} in the VPC {vpc}")


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


# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
_RANGE_FILTERS: Mapping[str, Callable[[dict[str, Any]], str]] = {
    "ipv6-cidr-block-association.association-id": lambda each: each["AssociationId"],
    "ipv6-cidr-block-association.ipv6-cidr-block": lambda each: each["Ipv6CidrBlock"],
    "ipv6-cidr-block-association.state": lambda each: each["Ipv6CidrBlockState"]["State"],
}


def _associated(subnet: Subnet) -> Iterator[dict[str, Any]]:
    for each in subnet.ipv6_cidr_block_associations.values():
        if each["ipv6CidrBlockState"]["State"] == "associated":
            yield each


def ipv6_ranges(subnet: Subnet) -> list[IPv6Network]:
    """The IPv6 ranges that a subnet has."""
    return [IPv6Network(each["ipv6CidrBlock"]) for each in _associated(subnet)]


def need_ipv6_range(ec2: EC2Backend, vpc: str, wanted: str) -> None:
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
        if any(network.overlaps(each) for each in ipv6_ranges(subnet)):
            message = f"The CIDR '{wanted}' conflicts with another subnet"
            raise Refused("InvalidSubnet.Conflict", message)


def _stays(association: dict[str, Any]) -> bool:
    return bool(association["cidr_block_state"]["state"] == "associated")


def need_ipv6_addresses(subnet: Subnet) -> None:
    """Refuse to give out addresses that a subnet does not have.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html
    """
    if not ipv6_ranges(subnet):
        raise Refused(
            "InvalidParameterValue",
            "Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set "
            f"assign-ipv6-address-on-creation to true unless the subnet ({subnet.id}) has an IPv6 "
            "CIDR block associated with it.",
        )


def take_ipv6_from_subnet(ec2: EC2Backend, association: str) -> None:
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


def take_ipv6_from_vpc(ec2: EC2Backend, association: str) -> None:
    """Refuse to take a range from a VPC whose subnets have parts of it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateVpcCidrBlock.html
    """
    for vpc in ec2.vpcs.values():
        found = vpc.get_cidr_block_association_set(ipv6=True)
        for given in (each for each in found if each["association_id"] == association):
            subnets = ec2.describe_subnets(filters={"vpc-id": [vpc.id]})
            if any(ipv6_ranges(each) for each in subnets):
                block = given["cidr_block"]
                message = f"The vpc {vpc.id} currently has a subnet within CIDR block {block}"
                raise Refused("InvalidCidrBlock.InUse", message)
