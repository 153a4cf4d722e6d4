"""EC2: what is in use stays, or is refused as AWS refuses it; what moto forgets is kept.

https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

import base64
import inspect
from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.responses import EC2Response

from automation.emulator.extensions import logs, networks
from automation.emulator.extensions.double import Refused
from automation.emulator.extensions.networks import interfaces
from automation.emulator.extensions.servicequotas import quota

# The codes of quotas.
_ADDRESSES, _RULES = "L-0263D0A3", "L-0EA8095F"
_PEERS = ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs")
_WEIGHTS = {"com.amazonaws.global.cloudfront.origin-facing": 55}
_USER_DATA_BYTES = 16384
_MAPPED = (
    "has some mapped public address(es). Please unmap those public address(es) before detaching the"
    " gateway."
)


class Ec2(EC2Response):
    """Networks that hold together, and launch templates as AWS describes them."""

    def create_launch_template(self) -> ActionResult:
        """Moto lists the template's own tags among those of what is launched."""
        self._limit_user_data()
        result = super().create_launch_template()
        template = self.ec2_backend.get_launch_template_by_name(self.params["LaunchTemplateName"])
        data = template.versions[0].data
        specifications = data.pop("TagSpecifications", [])
        launched = [each for each in specifications if each["ResourceType"] != "launch-template"]
        if launched:
            data["TagSpecifications"] = launched
        return result

    def create_launch_template_version(self) -> ActionResult:
        """Refuse more than an instance can read."""
        self._limit_user_data()
        return super().create_launch_template_version()

    def create_vpc(self) -> ActionResult:
        """As many as the account may have."""
        networks.check_vpcs(self.ec2_backend)
        return super().create_vpc()

    def create_vpc_endpoint(self) -> ActionResult:
        """Refuse services that AWS does not have there, and names and zones that are taken."""
        subnets = self._get_param("SubnetIds", [])
        networks.need(self.ec2_backend, self.params["ServiceName"], subnets)
        networks.check_endpoint(self.ec2_backend, self.params)
        return super().create_vpc_endpoint()

    def modify_vpc_endpoint(self) -> ActionResult:
        """Refuse zones that lack the service, or that the endpoint has a subnet in."""
        found = self.ec2_backend.vpc_end_points.get(self.params["VpcEndpointId"])
        added = self._get_param("AddSubnetIds", [])
        if found is not None and added:
            networks.need(self.ec2_backend, found.service_name, added)
            removed = self._get_param("RemoveSubnetIds", [])
            kept = [each for each in found.subnet_ids or () if each not in removed]
            networks.check_zones(self.ec2_backend, [*added, *kept])
        return super().modify_vpc_endpoint()

    def create_flow_logs(self) -> ActionResult:
        """To a folder of a bucket, in the format that is asked for."""
        given = dict(self.params)
        if given.get("LogDestinationType") != "s3":
            return super().create_flow_logs()
        logs.need_new_flow_logs(self.ec2_backend, given)
        self.params["LogDestination"] = logs.bucket_of(given["LogDestination"])
        result = super().create_flow_logs()
        made = result.result["FlowLogIds"]  # type: ignore[index]
        logs.deliver_flow_logs(self.ec2_backend, made, given)
        return result

    def create_subnet(self) -> ActionResult:
        """Refuse IPv6 ranges that the VPC does not have to give."""
        self._need_ipv6_range(self.params["VpcId"])
        return super().create_subnet()

    def associate_subnet_cidr_block(self) -> ActionResult:
        """Refuse IPv6 ranges that the VPC does not have to give."""
        self._need_ipv6_range(self.ec2_backend.get_subnet(self.params["SubnetId"]).vpc_id)
        return super().associate_subnet_cidr_block()

    def modify_subnet_attribute(self) -> ActionResult:
        """Refuse to give out IPv6 addresses of no range."""
        if self._get_param("AssignIpv6AddressOnCreation.Value"):
            networks.need_ipv6_addresses(self.ec2_backend.get_subnet(self.params["SubnetId"]))
        return super().modify_subnet_attribute()

    def disassociate_subnet_cidr_block(self) -> ActionResult:
        """One whose addresses are given out stays."""
        networks.take_ipv6_from_subnet(self.ec2_backend, self.params["AssociationId"])
        return super().disassociate_subnet_cidr_block()

    def disassociate_vpc_cidr_block(self) -> ActionResult:
        """One of which a subnet has a part stays."""
        networks.take_ipv6_from_vpc(self.ec2_backend, self.params["AssociationId"])
        return super().disassociate_vpc_cidr_block()

    def _need_ipv6_range(self, vpc: str) -> None:
        wanted = self._get_param("Ipv6CidrBlock")
        if wanted:
            networks.need_ipv6_range(self.ec2_backend, vpc, wanted)

    def create_route(self) -> ActionResult:
        """To something that is there, in the same network."""
        networks.check_route(self.ec2_backend, self.params)
        return super().create_route()

    def replace_route(self) -> ActionResult:
        """To something that is there, in the same network."""
        networks.check_route(self.ec2_backend, self.params)
        return super().replace_route()

    def attach_internet_gateway(self) -> ActionResult:
        """To a VPC that has none."""
        networks.check_attachment(self.ec2_backend, self._get_param("VpcId"))
        return super().attach_internet_gateway()

    def create_nat_gateway(self) -> ActionResult:
        """One whose VPC has no internet gateway yet fails soon after.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
        """
        result = super().create_nat_gateway()
        gateway = result.result["NatGateway"]  # type: ignore[index]
        public = gateway.connectivity_type != "private"
        if public and not networks.gateways(self.ec2_backend, gateway.vpc_id):
            gateway.state, gateway.failure_code = "failed", "Gateway.NotAttached"
            gateway.failure_message = f"Network {gateway.vpc_id} has no Internet gateway attached"
            self._free_addresses(gateway)
        return result

    def delete_nat_gateway(self) -> ActionResult:
        """Its addresses are free again, which moto forgets.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
        """
        result = super().delete_nat_gateway()
        self._free_addresses(self.ec2_backend.nat_gateways[self.params["NatGatewayId"]])
        return result

    def allocate_address(self) -> ActionResult:
        """As many as the account may have.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
        """
        if len(self.ec2_backend.addresses) >= quota(self.region, "ec2", _ADDRESSES):
            message = "The maximum number of addresses has been reached."
            raise Refused("AddressLimitExceeded", message)
        return super().allocate_address()

    def authorize_security_group_ingress(self) -> ActionResult:
        """As many rules as a group may have."""
        self._limit_rules("ingress_rules")
        return super().authorize_security_group_ingress()

    def authorize_security_group_egress(self) -> ActionResult:
        """As many rules as a group may have."""
        self._limit_rules("egress_rules")
        return super().authorize_security_group_egress()

    def release_address(self) -> ActionResult:
        """One that something has stays.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
        """
        id_ = self._get_param("AllocationId")
        for address in self.ec2_backend.addresses:
            if address.allocation_id == id_ and address.association_id:
                message = f"Address {address.public_ip} is in use."
                raise Refused("InvalidIPAddress.InUse", message)
        return super().release_address()

    def delete_subnet(self) -> ActionResult:
        """One with interfaces stays.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
        """
        id_ = self._get_param("SubnetId")
        if any(each.subnet == id_ for each in interfaces(self.ec2_backend)):
            message = f"The subnet '{id_}' has dependencies and cannot be deleted."
            raise Refused("DependencyViolation", message)
        return super().delete_subnet()

    def delete_security_group(self) -> ActionResult:
        """One that an interface or the rule of another group has stays, and so does the default.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
        """
        id_ = self._get_param("GroupId")
        group = self.ec2_backend.get_security_group_from_id(id_) if id_ else None
        if group is not None and group.name == "default":
            message = f'the specified group: "{id_}" name: "default" cannot be deleted by a user'
            raise Refused("CannotDelete", message)
        used = any(id_ in each.groups for each in interfaces(self.ec2_backend))
        if used or any(_names(each, id_) for each in self._groups() if each.id != id_):
            raise Refused("DependencyViolation", f"resource {id_} has a dependent object")
        return super().delete_security_group()

    def detach_internet_gateway(self) -> ActionResult:
        """It stays while something in the VPC has a public address.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
        """
        vpc = self._get_param("VpcId")
        for each in interfaces(self.ec2_backend):
            if each.public and self.ec2_backend.get_subnet(each.subnet).vpc_id == vpc:
                raise Refused("DependencyViolation", f"Network {vpc} {_MAPPED}")
        return super().detach_internet_gateway()

    def delete_internet_gateway(self) -> ActionResult:
        """One that is attached stays.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteInternetGateway.html
        """
        id_ = self._get_param("InternetGatewayId")
        found = self.ec2_backend.internet_gateways.get(id_)
        if found is not None and found.vpc:
            message = f"The internetGateway '{id_}' has dependencies and cannot be deleted."
            raise Refused("DependencyViolation", message)
        return super().delete_internet_gateway()

    def delete_vpc(self) -> ActionResult:
        """Nothing but what came with it may be left.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
        """
        id_ = self._get_param("VpcId")
        if any(self._dependants(id_)):
            message = f"The vpc '{id_}' has dependencies and cannot be deleted."
            raise Refused("DependencyViolation", message)
        return super().delete_vpc()

    def _dependants(self, vpc: str) -> Iterable[object]:
        for subnets in self.ec2_backend.subnets.values():
            yield from (each for each in subnets.values() if each.vpc_id == vpc)
        yield from networks.gateways(self.ec2_backend, vpc)
        for gateway in self.ec2_backend.egress_only_internet_gateways.values():
            if gateway.vpc_id == vpc:
                yield gateway
        yield from (
            each for each in self._groups() if each.vpc_id == vpc and each.name != "default"
        )
        for endpoint in self.ec2_backend.vpc_end_points.values():
            if endpoint.vpc_id == vpc and endpoint.state != "deleted":
                yield endpoint

    def _groups(self) -> Iterable[SecurityGroup]:
        for groups in self.ec2_backend.groups.values():
            yield from groups.values()

    def _limit_rules(self, direction: str) -> None:
        """A prefix list counts as its weight, which is 55 for CloudFront's, and not as one.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
        """
        group = self.ec2_backend.get_security_group_from_id(self._get_param("GroupId") or "")
        if group is None:
            return
        lists = [each.prefix_list_id for each in getattr(group, direction)]
        for permission in self._get_param("IpPermissions", []):
            lists += [each["PrefixListId"] for each in permission.get("PrefixListIds", ())]
            peers = [permission.get(name, ()) for name in _PEERS]
            lists += [None] * sum(map(len, peers))
        if sum(map(self._weight, lists)) > quota(self.region, "vpc", _RULES):
            message = "The maximum number of rules per security group has been reached."
            raise Refused("RulesPerSecurityGroupLimitExceeded", message)

    def _weight(self, prefix_list: str | None) -> int:
        found = self.ec2_backend.managed_prefix_lists.get(prefix_list or "")
        return _WEIGHTS.get(found.prefix_list_name, 1) if found else 1

    def _free_addresses(self, gateway: NatGateway) -> None:
        for address in gateway.address_set:
            if address.get("associationId"):
                self.ec2_backend.disassociate_address(association_id=address["associationId"])

    def _limit_user_data(self) -> None:
        """Counted as it is before it is encoded.

        https://github.com/hashicorp/terraform-provider-aws/pull/49234
        """
        data = self._get_param("LaunchTemplateData.UserData") or ""
        if len(base64.b64decode(data)) > _USER_DATA_BYTES:
            message = f"User data is limited to {_USER_DATA_BYTES} bytes"
            raise Refused("InvalidUserData.Malformed", message)


def _names(group: SecurityGroup, id_: str) -> bool:
    rules = [*group.ingress_rules, *group.egress_rules]
    return any(each.source_group.get("GroupId") == id_ for each in rules)


def install() -> None:
    """Keep the descriptions of rules about groups and prefix lists, not only about addresses."""
    networks.install()
    initialize = SecurityGroupRule.__init__
    signature = inspect.signature(initialize)

    def remember_prefix_list(self: Any, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **kwargs)
        given = signature.bind(self, *args, **kwargs).arguments
        self.prefix_list = given.get("prefix_list_id") or {}

    SecurityGroupRule.__init__ = remember_prefix_list  # type: ignore[method-assign]
    SecurityGroupRule.description = property(_description)  # type: ignore[assignment,method-assign]


def _description(rule: Any) -> str | None:
    for peer in (rule.ip_range, rule.source_group, rule.prefix_list):
        if "Description" in peer:
            return str(peer["Description"])
    return None
