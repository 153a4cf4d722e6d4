"""RDS instances for MySQL: the primary and its replicas."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from constructs import Construct

from config.database import Database

PORT = 3306
# How long Database Insights shows what Performance Insights records; seven days are free of charge.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
INSIGHTS_DAYS = {"standard": 7, "advanced": 465}
# When the instance was made: another one's last snapshot has another name, whatever became of it.
_MADE_AT = '${formatdate("YYYYMMDDhhmmss", timestamp())}'


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What instances are given by other constructs, and whether they are protected."""

    kms_key_arn: str
    subnet_group_name: str
    security_group_id: str
    parameter_group_name: str
    option_group_name: str
    monitoring_role_arn: str
    deletion_protection: bool


@dataclass(frozen=True, kw_only=True)
class MasterUser:
    """The first user; without `password` RDS makes one, and rotates it."""

    username: str
    password: str | None = None
    password_version: int | None = None


# From here on gp3 has four volumes: without these, the provider would send the fewer IOPS of one.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
_STRIPED_GIB, _STRIPED_IOPS, _STRIPED_MIBPS = 400, 12_000, 500


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
    if database.allocated_storage_gib >= _STRIPED_GIB:
        instance.iops, instance.storage_throughput = _STRIPED_IOPS, _STRIPED_MIBPS
    instance.kms_key_id = around.kms_key_arn
    instance.multi_az = database.multi_az
    instance.db_subnet_group_name = around.subnet_group_name
    instance.backup_retention_period = database.backup_days
    instance.backup_window = database.backup_window
    instance.deletion_protection = around.deletion_protection
    _keep(instance, identifier, kept=database.final_snapshot)
    if database.blue_green_updates:
        instance.put_blue_green_update(enabled=True)
    _set_user(instance, user, around.kms_key_arn)
    return instance


def _keep(instance: DbInstance, identifier: str, *, kept: bool) -> None:
    """What stays of it when it is destroyed, whether or not it is protected from that now.

    The snapshot has a name even if there is to be none: its time is never changed, so a choice
    that is made later finds it.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    instance.delete_automated_backups = not kept
    instance.skip_final_snapshot = not kept
    instance.final_snapshot_identifier = f"{identifier}-final-{_MADE_AT}"
    instance.lifecycle = TerraformResourceLifecycle(ignore_changes=["final_snapshot_identifier"])


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
    """An instance to read from; engine, network and encryption key are those of its source.

    It is not protected from deletion: its source has the data, and there may be fewer tomorrow.
    """
    instance = _instance(
        scope, id_, identifier=identifier, database=database, around=around, after=after
    )
    instance.replicate_source_db = source.identifier
    instance.deletion_protection = False
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
    insights, mode = database.performance_insights, database.database_insights_mode
    days = INSIGHTS_DAYS[mode]
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
        option_group_name=around.option_group_name,
        ca_cert_identifier=database.ca_certificate,
        enabled_cloudwatch_logs_exports=list(database.exported_logs),
        monitoring_interval=database.monitoring_interval_seconds,
        monitoring_role_arn=around.monitoring_role_arn,
        performance_insights_enabled=insights,
        performance_insights_kms_key_id=around.kms_key_arn if insights else None,
        performance_insights_retention_period=days if insights else None,
        database_insights_mode=None if database.small else mode,
        iam_database_authentication_enabled=database.iam_authentication,
        auto_minor_version_upgrade=not database.pinned,
        maintenance_window=database.maintenance_window,
        apply_immediately=database.apply_immediately,
        copy_tags_to_snapshot=True,
        depends_on=list(after),
    )
