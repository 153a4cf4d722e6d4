"""RDS instances for MySQL: the primary and its replicas."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from constructs import Construct

EXPORTED_LOGS = ("error", "general", "slowquery")
PORT = 3306
# Seven days are free of charge.
PERFORMANCE_INSIGHTS_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class InstanceSpec:
    """What the primary and its replicas have in common."""

    instance_class: str
    max_allocated_storage_gib: int
    maintenance_window: str
    apply_immediately: bool
    kms_key_arn: str
    parameter_group_name: str
    security_group_id: str
    monitoring_role_arn: str
    monitoring_interval_seconds: int
    performance_insights: bool
    ca_certificate: str
    deletion_protection: bool


@dataclass(frozen=True, kw_only=True)
class PrimarySpec:
    """What the primary decides for all."""

    engine_version: str
    database_name: str
    allocated_storage_gib: int
    multi_az: bool
    subnet_group_name: str
    backup_days: int
    backup_window: str
    blue_green_updates: bool


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
    spec: InstanceSpec,
    primary: PrimarySpec,
    user: MasterUser,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    """The instance that takes the writes, with its backups."""
    instance = _instance(scope, id_, identifier=identifier, spec=spec, after=after)
    instance.engine = "mysql"
    instance.engine_version = primary.engine_version
    instance.engine_lifecycle_support = "open-source-rds-extended-support-disabled"
    instance.db_name = primary.database_name
    instance.allocated_storage = primary.allocated_storage_gib
    instance.kms_key_id = spec.kms_key_arn
    instance.multi_az = primary.multi_az
    instance.db_subnet_group_name = primary.subnet_group_name
    instance.backup_retention_period = primary.backup_days
    instance.backup_window = primary.backup_window
    instance.delete_automated_backups = not spec.deletion_protection
    instance.skip_final_snapshot = not spec.deletion_protection
    if spec.deletion_protection:
        instance.final_snapshot_identifier = f"{identifier}-final"
    if primary.blue_green_updates:
        instance.put_blue_green_update(enabled=True)
    _set_user(instance, user, spec.kms_key_arn)
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
    spec: InstanceSpec,
    source: DbInstance,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    """An instance to read from; engine, network and encryption key are those of its source."""
    instance = _instance(scope, id_, identifier=identifier, spec=spec, after=after)
    instance.replicate_source_db = source.identifier
    instance.skip_final_snapshot = True
    return instance


def _instance(
    scope: Construct,
    id_: str,
    *,
    identifier: str,
    spec: InstanceSpec,
    after: Sequence[ITerraformDependable],
) -> DbInstance:
    insights = spec.performance_insights
    return DbInstance(
        scope,
        id_,
        identifier=identifier,
        instance_class=spec.instance_class,
        storage_type="gp3",
        storage_encrypted=True,
        max_allocated_storage=spec.max_allocated_storage_gib,
        port=PORT,
        publicly_accessible=False,
        vpc_security_group_ids=[spec.security_group_id],
        parameter_group_name=spec.parameter_group_name,
        ca_cert_identifier=spec.ca_certificate,
        enabled_cloudwatch_logs_exports=list(EXPORTED_LOGS),
        monitoring_interval=spec.monitoring_interval_seconds,
        monitoring_role_arn=spec.monitoring_role_arn,
        performance_insights_enabled=insights,
        performance_insights_kms_key_id=spec.kms_key_arn if insights else None,
        performance_insights_retention_period=PERFORMANCE_INSIGHTS_DAYS if insights else None,
        auto_minor_version_upgrade=True,
        maintenance_window=spec.maintenance_window,
        apply_immediately=spec.apply_immediately,
        copy_tags_to_snapshot=True,
        deletion_protection=spec.deletion_protection,
        depends_on=list(after),
    )
