"""RDS instances for MySQL: the primary and its replicas."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from constructs import Construct

from config.database import Database

EXPORTED_LOGS = ("error", "general", "slowquery")
PORT = 3306
# Seven days are free of charge.
PERFORMANCE_INSIGHTS_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What instances are given by other constructs, and whether they are protected."""

    kms_key_arn: str
    subnet_group_name: str
    security_group_id: str
    parameter_group_name: str
    monitoring_role_arn: str
    deletion_protection: bool


@dataclass(frozen=True, kw_only=True)
class MasterUser:
    """The first user; without `password` RDS makes one, and rotates it."""

    username: str
    password: str | None = None
    password_version: int | None = None


def primary_instance(
    scope: Construct,
    id_: str,
    *,
    identifier: str,
    database: Database,
    around: Surroundings,
    user: MasterUser,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    """The instance that takes the writes, with its backups."""
    instance = _instance(
        scope, id_, identifier=identifier, database=database, around=around, after=after
    )
    instance.engine = "mysql"
    instance.engine_version = database.engine_version
    instance.engine_lifecycle_support = "open-source-rds-extended-support-disabled"
    instance.db_name = database.database_name
    instance.allocated_storage = database.allocated_storage_gib
    instance.kms_key_id = around.kms_key_arn
    instance.multi_az = database.multi_az
    instance.db_subnet_group_name = around.subnet_group_name
    instance.backup_retention_period = database.backup_days
    instance.backup_window = database.backup_window
    instance.delete_automated_backups = not around.deletion_protection
    instance.skip_final_snapshot = not around.deletion_protection
    if around.deletion_protection:
        instance.final_snapshot_identifier = f"{identifier}-final"
    if database.blue_green_updates:
        instance.put_blue_green_update(enabled=True)
    _set_user(instance, user, around.kms_key_arn)
    return instance


def _set_user(instance: DbInstance, user: MasterUser, kms_key_arn: str) -> None:
    instance.username = user.username
    if user.password is None:
        instance.manage_master_user_password = True
        instance.master_user_secret_kms_key_id = kms_key_arn
        return
    instance.password_wo = user.password
    if user.password_version is not None:
        instance.password_wo_version = user.password_version


def replica_instance(
    scope: Construct,
    id_: str,
    *,
    identifier: str,
    database: Database,
    around: Surroundings,
    source: DbInstance,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    """An instance to read from; engine, network and encryption key are those of its source."""
    instance = _instance(
        scope, id_, identifier=identifier, database=database, around=around, after=after
    )
    instance.replicate_source_db = source.identifier
    instance.skip_final_snapshot = True
    return instance


def _instance(
    scope: Construct,
    id_: str,
    *,
    identifier: str,
    database: Database,
    around: Surroundings,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    insights = database.performance_insights
    return DbInstance(
        scope,
        id_,
        identifier=identifier,
        instance_class=database.instance_class,
        storage_type="gp3",
        storage_encrypted=True,
        max_allocated_storage=database.max_allocated_storage_gib,
        port=PORT,
        publicly_accessible=False,
        vpc_security_group_ids=[around.security_group_id],
        parameter_group_name=around.parameter_group_name,
        ca_cert_identifier=database.ca_certificate,
        enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
        monitoring_interval=database.monitoring_interval_seconds,
        monitoring_role_arn=around.monitoring_role_arn,
        performance_insights_enabled=insights,
        performance_insights_kms_key_id=around.kms_key_arn if insights else None,
        performance_insights_retention_period=PERFORMANCE_INSIGHTS_DAYS if insights else None,
        auto_minor_version_upgrade=True,
        maintenance_window=database.maintenance_window,
        apply_immediately=database.apply_immediately,
        copy_tags_to_snapshot=True,
        deletion_protection=around.deletion_protection,
        depends_on=list(after),
    )
