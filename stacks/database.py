"""The database tier."""

from constructs import Construct

from config import Settings
from modules.database.instance import InstanceSpec, PrimarySpec
from modules.database.monitoring_role import MonitoringRole
from modules.database.mysql import MysqlDatabase, SubnetGroup
from modules.database.parameter_group import ParameterGroup
from modules.encryption.key import EncryptionKey
from modules.network.security_groups import TierSecurityGroups
from modules.network.vpc import Vpc
from stacks.base import TierStack


class DatabaseStack(TierStack):
    """MySQL in isolated subnets, with every log that it writes."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        data_key: EncryptionKey,
        logs_key: EncryptionKey,
        vpc: Vpc,
        security_groups: TierSecurityGroups,
    ) -> None:
        super().__init__(scope, "database", settings=settings)
        database = settings.database
        self.database = MysqlDatabase(
            self,
            "mysql",
            naming=self.naming,
            spec=self._instance_spec(data_key, security_groups),
            primary=self._primary_spec(vpc),
            master_username=database.master_username,
            master_password_version=(
                None if database.managed_password else database.master_password_version
            ),
            read_replicas=database.read_replicas,
            log_retention_in_days=settings.log_retention_days,
            logs_key_arn=logs_key.arn,
        )

    def _instance_spec(
        self, data_key: EncryptionKey, security_groups: TierSecurityGroups
    ) -> InstanceSpec:
        database = self.settings.database
        parameters = ParameterGroup(
            self,
            "parameters",
            naming=self.naming,
            general_log=database.general_log,
            slow_query_seconds=database.slow_query_seconds,
        )
        return InstanceSpec(
            instance_class=database.instance_class,
            max_allocated_storage_gib=database.max_allocated_storage_gib,
            maintenance_window=database.maintenance_window,
            apply_immediately=database.apply_immediately,
            kms_key_arn=data_key.arn,
            parameter_group_name=parameters.name,
            security_group_id=security_groups.database_id,
            monitoring_role_arn=MonitoringRole(self, "monitoring", naming=self.naming).arn,
            monitoring_interval_seconds=database.monitoring_interval_seconds,
            performance_insights=database.performance_insights,
            ca_certificate=database.ca_certificate,
            deletion_protection=self.settings.deletion_protection,
        )

    def _primary_spec(self, vpc: Vpc) -> PrimarySpec:
        database = self.settings.database
        subnets = SubnetGroup(self, "subnets", naming=self.naming, subnet_ids=vpc.database.ids)
        return PrimarySpec(
            engine_version=database.engine_version,
            database_name=database.database_name,
            allocated_storage_gib=database.allocated_storage_gib,
            multi_az=database.multi_az,
            subnet_group_name=subnets.name,
            backup_days=database.backup_days,
            backup_window=database.backup_window,
            blue_green_updates=database.blue_green_updates,
        )
