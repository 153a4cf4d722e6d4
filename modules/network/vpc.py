"""A VPC with public, app and database subnets in every availability zone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from cdktf import Fn
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.egress_only_internet_gateway import EgressOnlyInternetGateway
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.vpc import Vpc as AwsVpc
from constructs import Construct

from config.naming import Naming
from modules.monitoring.nat import NatMetrics
from modules.network.address_plan import plan
from modules.network.nat import NatGateways
from modules.network.subnets import Subnets

ANYWHERE, ANYWHERE_IPV6 = "0.0.0.0/0", "::/0"


class Vpc(Construct):
    """Public subnets reach the internet, app subnets through NAT, database subnets not at all.

    With `ipv6` app subnets have IPv6 addresses too, by which they reach the internet through an
    egress-only gateway, and are not reached. Zones in `leaving_zones` have all that the others
    have, but their subnets are not among those to be used.
    https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        cidr_block: str,
        availability_zones: Sequence[str],
        leaving_zones: Collection[str] = (),
        nat_gateways: Literal["per_az", "single", "none"] = "per_az",
        ipv6: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._leaving_zones = leaving_zones
        vpc = AwsVpc(
            self,
            "vpc",
            cidr_block=cidr_block,
            assign_generated_ipv6_cidr_block=ipv6 or None,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": naming.name("vpc")},
        )
        self.vpc_id: str = vpc.id
        self._empty_default_security_group()
        networks = plan(cidr_block, availability_zones)
        self.public = self._subnets(
            "public", {zone: each.public for zone, each in networks.items()}
        )
        self.app = self._subnets(
            "app",
            {zone: each.app for zone, each in networks.items()},
            ipv6_networks={
                zone: Fn.cidrsubnet(vpc.ipv6_cidr_block, 8, each.app_ipv6_number)
                for zone, each in networks.items()
                if ipv6
            },
        )
        self.database = self._subnets(
            "database", {zone: each.database for zone, each in networks.items()}
        )
        internet_gateway = self._internet_gateway()
        self.nat_metrics = self._nat(nat_gateways, internet_gateway)
        if ipv6:
            self._egress_only_gateway()

    def _subnets(
        self,
        kind: str,
        networks: Mapping[str, str],
        ipv6_networks: Mapping[str, str] | None = None,
    ) -> Subnets:
        return Subnets(
            self,
            kind,
            naming=self._naming,
            kind=kind,
            vpc_id=self.vpc_id,
            networks=networks,
            ipv6_networks=ipv6_networks,
            leaving_zones=self._leaving_zones,
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

    def _internet_gateway(self) -> InternetGateway:
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
        return gateway

    def _nat(
        self,
        strategy: Literal["per_az", "single", "none"],
        internet_gateway: InternetGateway,
    ) -> list[NatMetrics]:
        if strategy == "none":
            return []
        nat = NatGateways(
            self,
            "nat",
            naming=self._naming,
            public_subnet_ids=self.public.subnet_ids,
            internet_gateway=internet_gateway,
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
        return nat.metrics

    def _egress_only_gateway(self) -> None:
        gateway = EgressOnlyInternetGateway(
            self,
            "egress-only-gateway",
            vpc_id=self.vpc_id,
            tags={"Name": self._naming.name("egress-only")},
        )
        for zone, route_table_id in self.app.route_table_ids.items():
            Route(
                self,
                f"app-default-ipv6-{zone[-1]}",
                route_table_id=route_table_id,
                destination_ipv6_cidr_block=ANYWHERE_IPV6,
                egress_only_gateway_id=gateway.id,
            )
