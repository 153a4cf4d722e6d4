"""One kind of subnet across availability zones."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

from config.naming import Naming


class Subnets(Construct):
    """A subnet and a route table for each zone in `networks` (zone to CIDR block)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        kind: str,
        vpc_id: str,
        networks: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        self.subnet_ids: dict[str, str] = {}
        self.route_table_ids: dict[str, str] = {}
        for zone, cidr_block in networks.items():
            letter = zone[-1]
            tags = {"Name": naming.name(f"{kind}-{letter}")}
            subnet = Subnet(
                self,
                f"subnet-{letter}",
                vpc_id=vpc_id,
                availability_zone=zone,
                cidr_block=cidr_block,
                map_public_ip_on_launch=False,
                tags={**tags, "Tier": kind},
            )
            table = RouteTable(self, f"routes-{letter}", vpc_id=vpc_id, tags=tags)
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
        """The subnets' ids in the order of their zones."""
        return list(self.subnet_ids.values())
