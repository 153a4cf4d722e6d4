"""A VPC with public, app and database subnets in every availability zone."""

from collections.abc import Sequence
from typing import Literal

from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc import Vpc as AwsVpc
from constructs import Construct

from config.naming import Naming
from modules.network.address_plan import plan
from modules.network.nat import NatGateways
from modules.network.subnets import Subnets

ANYWHERE = "0.0.0.0/0"


class Vpc(Construct):
    """Public subnets reach the internet, app subnets through NAT, database subnets not at all."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        cidr_block: str,
        availability_zones: Sequence[str],
        nat_gateways: Literal["per_az", "single", "none"] = "per_az",
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=cidr_block,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": naming.name("vpc")},
        )
        self.vpc_id: str = vpc.id
        self._empty_default_security_group()
        networks = plan(cidr_block, len(availability_zones))
        zones = tuple(availability_zones)
        self.public = self._subnets("public", zones, [zone.public for zone in networks])
        self.app = self._subnets("app", zones, [zone.app for zone in networks])
        self.database = self._subnets("database", zones, [zone.database for zone in networks])
        self._internet_gateway()
        self._nat(nat_gateways)

    def _subnets(self, kind: str, zones: Sequence[str], networks: Sequence[str]) -> Subnets:
        return Subnets(
            self,
            kind,
            naming=self._naming,
            kind=kind,
            vpc_id=self.vpc_id,
            networks=dict(zip(zones, networks, strict=True)),
        )

    def _empty_default_security_group(self) -> None:
        """Take away the rules with which AWS opens the default group to itself and outwards."""
        DefaultSecurityGroup(
            self,
            "default-security-group",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags={"Name": self._naming.name("default-unused")},
        )

    def _internet_gateway(self) -> None:
        gateway = InternetGateway(
            self,
            "internet-gateway",
            vpc_id=self.vpc_id,
            tags={"Name": self._naming.name("internet")},
        )
        for zone, route_table_id in self.public.route_table_ids.items():
            Route(
                self,
                f"public-default-{zone[-1]}",
                route_table_id=route_table_id,
                destination_cidr_block=ANYWHERE,
                gateway_id=gateway.id,
            )

    def _nat(self, strategy: Literal["per_az", "single", "none"]) -> None:
        if strategy == "none":
            return
        nat = NatGateways(
            self,
            "nat",
            naming=self._naming,
            public_subnet_ids=self.public.subnet_ids,
            single=strategy == "single",
        )
        for zone, route_table_id in self.app.route_table_ids.items():
            Route(
                self,
                f"app-default-{zone[-1]}",
                route_table_id=route_table_id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=nat.gateway_for(zone),
            )
