"""The network tier."""

from constructs import Construct

from config import Settings
from modules.application.own_permissions import own_permissions
from modules.monitoring.nat import nat_alarms
from modules.network.endpoints import Endpoints
from modules.network.security_groups import TierSecurityGroups
from modules.network.vpc import Vpc
from stacks.base import TierStack


class NetworkStack(TierStack):
    """A VPC over several zones, its ways out and the tiers' security groups.

    Its flow logs are in the audit tier, so that it waits for no log bucket and no key.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "network", settings=settings)
        network = settings.network
        self.vpc = Vpc(
            self,
            "vpc",
            naming=self.naming,
            cidr_block=network.cidr_block,
            availability_zones=settings.availability_zones,
            leaving_zones=network.leaving_zones,
            nat_gateways=network.nat_gateways,
            ipv6=network.ipv6,
        )
        self.alarms += nat_alarms(self.vpc.nat_metrics)
        self.security_groups = TierSecurityGroups(
            self,
            "security-groups",
            naming=self.naming,
            vpc_id=self.vpc.vpc_id,
            internet_access=network.nat_gateways != "none",
            ipv6=network.ipv6,
            dynamodb=network.dynamodb_endpoint,
        )
        self._endpoints(settings)

    def _endpoints(self, settings: Settings) -> None:
        network = settings.network
        Endpoints(
            self,
            "endpoints",
            naming=self.naming,
            vpc_id=self.vpc.vpc_id,
            route_table_ids=list(self.vpc.app.route_table_ids.values()),
            interface_services=network.interface_endpoints,
            subnet_ids=self.vpc.app.ids,
            security_group_id=self.security_groups.endpoints_id,
            dynamodb=network.dynamodb_endpoint,
            calls=own_permissions(self.naming, settings.application.app.permissions),
        )
