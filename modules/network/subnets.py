"""One kind of subnet across availability zones."""

from collections.abc import Collection, Mapping

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

from config.naming import Naming


class Subnets(Construct):
    """A subnet and a route table for each zone in `networks` (zone to CIDR block).

    What is in `ipv6_networks` has IPv6 addresses, too. `ids` leaves `leaving_zones` out.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        kind: str,
        vpc_id: str,
        networks: Mapping[str, str],
        ipv6_networks: Mapping[str, str] | None = None,
        leaving_zones: Collection[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._leaving_zones = leaving_zones
        self.subnet_ids: dict[str, str] = {}
        self.route_table_ids: dict[str, str] = {}
        for zone, cidr_block in networks.items():
            letter = zone[-1]
            tags = {"Name": naming.name(f"{kind}-{letter}")}
            ipv6 = (ipv6_networks or {}).get(zone)
            subnet = Subnet(
                self,
                f"subnet-{letter}",
                vpc_id=vpc_id,
                availability_zone=zone,
                cidr_block=cidr_block,
                ipv6_cidr_block=ipv6,
                assign_ipv6_address_on_creation=True if ipv6 else None,
                map_public_ip_on_launch=False,
                tags={**tags, "Tier": kind},
            )
            table = RouteTable(
                self,
                f"routes-{letter}",
                vpc_id=vpc_id,
                tags=tags,
                # Endpoints let go of a zone's table before it goes.
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            )
            RouteTableAssociation(
                self,
                f"association-{letter}",
                subnet_id=subnet.id,
                route_table_id=table.id,
            )
            self.subnet_ids[zone] = subnet.id
            self.route_table_ids[zone] = table.id

    @property
    def ids(self) -> list[str]:
        """The ids of the subnets to be used, in the order of their zones."""
        return [id_ for zone, id_ in self.subnet_ids.items() if zone not in self._leaving_zones]
