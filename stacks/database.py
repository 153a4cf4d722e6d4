"""The database tier."""

from constructs import Construct

from config import Settings
from modules.database.instance import Surroundings
from modules.database.monitoring_role import MonitoringRole
from modules.database.mysql import MysqlDatabase, SubnetGroup
from modules.database.option_group import OptionGroup
from modules.database.parameter_group import ParameterGroup
from stacks.base import TierStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack


class DatabaseStack(TierStack):
    """MySQL in isolated subnets, with every log that it writes."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        security: SecurityStack,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, "database", settings=settings)
        self.database = MysqlDatabase(
            self,
            "mysql",
            naming=self.naming,
            database=settings.database,
            around=self._surroundings(security, network),
            log_retention_in_days=settings.log_retention_days,
            logs_key_arn=security.logs_key.arn,
            secret_readers=settings.secret_readers,
        )

    def _surroundings(self, security: SecurityStack, network: NetworkStack) -> Surroundings:
        parameters = ParameterGroup(
            self, "parameters", naming=self.naming, database=self.settings.database
        )
        options = OptionGroup(self, "options", naming=self.naming, database=self.settings.database)
        role = MonitoringRole(self, "monitoring", naming=self.naming)
        subnets = SubnetGroup(
            self, "subnets", naming=self.naming, subnet_ids=network.vpc.database.ids
        )
        return Surroundings(
            kms_key_arn=security.data_key.arn,
            subnet_group_name=subnets.name,
            security_group_id=network.security_groups.database_id,
            parameter_group_name=parameters.name,
            option_group_name=options.name,
            monitoring_role_arn=role.arn,
            deletion_protection=self.settings.deletion_protection,
        )
