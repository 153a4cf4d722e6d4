"""The network tier."""

from constructs import Construct

from config import Settings
from modules.network.endpoints import Endpoints
from modules.network.flow_logs import FlowLogs, ToBucket, ToLogGroup
from modules.network.security_groups import TierSecurityGroups
from modules.network.vpc import Vpc
from stacks.base import TierStack
from stacks.logs import LogsStack
from stacks.security import SecurityStack


class NetworkStack(TierStack):
    """A VPC over several zones, its ways out, its flow logs and the tiers' security groups."""

    def __init__(
        self, scope: Construct, *, settings: Settings, logs: LogsStack, security: SecurityStack
    ) -> None:
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
        self.security_groups = TierSecurityGroups(
            self,
            "security-groups",
            naming=self.naming,
            vpc_id=self.vpc.vpc_id,
            internet_access=network.nat_gateways != "none",
            ipv6=network.ipv6,
            dynamodb=network.dynamodb_endpoint,
        )
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
        )
        FlowLogs(
            self,
            "flow-logs",
            naming=self.naming,
            vpc_id=self.vpc.vpc_id,
            traffic_type=network.flow_log_traffic,
            to=self._flow_log_destination(logs, security),
        )

    def _flow_log_destination(
        self, logs: LogsStack, security: SecurityStack
    ) -> ToBucket | ToLogGroup:
        if self.settings.network.flow_log_destination == "s3":
            return ToBucket(logs.bucket.name)
        return ToLogGroup(
            retention_in_days=self.settings.log_retention_days, kms_key_arn=security.logs_key.arn
        )
