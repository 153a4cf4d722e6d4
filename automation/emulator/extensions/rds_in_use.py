"""Refusals of RDS: groups in use, lost data, names, families and options that are not to be had.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models import ec2_backends
from moto.rds.models import DBInstance, RDSBackend
from moto.sns.models import sns_backends

from automation.emulator.extensions.double import Refused
from automation.emulator.extensions.kms import pending
from automation.emulator.extensions.networks import database_subnets
from automation.emulator.extensions.servicequotas import quota

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_MySQL.html
_SCHEMAS = ("information_schema", "innodb", "mysql", "performance_schema", "sys", "tmp")
_USERS = ("rdsadmin", "rdsrepladmin", "rdstopmgr")
_ZONES = 2
_DATABASES = "L-7B6409FD"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
_SMALL = ("micro", "small")
_BURSTABLE = ("db.t2", "db.t3", "db.t4g")
_NO_BACKUPS = (
    "Automated backups are not enabled for this database instance. To enable automated backups, use"
    " ModifyDBInstance to set the backup retention period to a non-zero value."
)
_KEYS = ("KmsKeyId", "MasterUserSecretKmsKeyId", "PerformanceInsightsKMSKeyId")
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_LOGS = ("audit", "error", "general", "iam-db-auth-error", "slowquery")
_ADVANCED_DAYS = 465
# Moto has the options of MySQL 8.4, but takes no group of them: one of these stands in.
STAND_IN = {"8.4": "8.0"}


def check_names(given: Mapping[str, Any]) -> None:
    """Names that are MySQL's or RDS's own.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    schema, user = given.get("DBName", ""), given.get("MasterUsername", "")
    if schema.lower() in _SCHEMAS:
        message = f"DBName {schema} cannot be used. It is a reserved word for this engine"
        raise Refused("InvalidParameterValue", message)
    if user.lower() in _USERS:
        message = (
            f"MasterUsername {user} cannot be used as it is a reserved word used by the engine"
        )
        raise Refused("InvalidParameterValue", message)


def check_keys(account: str, region: str, given: Mapping[str, Any]) -> None:
    """Keys that serve.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
    """
    for key in (given.get(name) for name in _KEYS):
        if pending(key, account, region):
            message = f"The specified KMS key [{key}] either doesn't exist, isn't enabled, or isn't"
            raise Refused("KMSKeyNotAccessibleFault", f"{message} accessible by the current user.")


def check_family(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """An instance takes parameter groups of its own version's family.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithDBInstanceParamGroups.html
    """
    group = backend.db_parameter_groups.get(given.get("DBParameterGroupName", ""))
    version = given.get("EngineVersion")
    if group is None or version is None or "mysql" not in str(group.family):
        return
    family = f"mysql{'.'.join(version.split('.')[:2])}"
    if group.family != family:
        message = (
            f"The Parameter Group {group.name} with DBParameterGroupFamily {group.family} cannot be"
            " used for this instance. Please use a Parameter Group with DBParameterGroupFamily"
            f" {family}"
        )
        raise Refused("InvalidParameterCombination", message)


def check_count(backend: RDSBackend) -> None:
    """As many instances as the account may have, replicas among them.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
    Message form not confirmed.
    """
    if len(backend.databases) >= quota(backend.region_name, "rds", _DATABASES):
        message = (
            "The request would result in the user exceeding the allowed number of DB instances."
        )
        raise Refused("InstanceQuotaExceeded", message)


def check_insights(found: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Small classes have no Performance Insights, whose fifteen months the advanced mode shows.

    `found` is what the instance has. The message about the mode is what users report of clusters.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
    """
    now = {**found, **given}
    family, _, size = str(now.get("DBInstanceClass")).rpartition(".")
    if given.get("EnablePerformanceInsights") and family in _BURSTABLE and size in _SMALL:
        message = "Performance Insights not supported for this configuration."
        raise Refused("InvalidParameterCombination", message)
    days = int(now.get("PerformanceInsightsRetentionPeriod") or 0)
    shown = now.get("EnablePerformanceInsights") and days >= _ADVANCED_DAYS
    if now.get("DatabaseInsightsMode") == "advanced" and not shown:
        message = (
            "To enable the Advanced mode of Database Insights, modify your instance to enable"
            " Performance Insights and set the retention period for Performance Insights to at"
            f" least {_ADVANCED_DAYS} days."
        )
        raise Refused("InvalidParameterCombination", message)


def check_source(backend: RDSBackend, source: str) -> None:
    """What is replicated is backed up, and its password is not RDS's to manage.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """
    instance = backend.databases.get(source.rpartition(":")[2])
    if instance is None:
        return
    if not instance.backup_retention_period:
        raise Refused("InvalidDBInstanceState", _NO_BACKUPS)
    if instance.manage_master_user_password:
        # Neither code nor message form confirmed: the guide only says that it is not supported.
        message = "You can't create a read replica of a DB instance whose password RDS manages."
        raise Refused("InvalidParameterCombination", message)


def check_new_name(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """A name that nothing has.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    """
    if given.get("NewDBInstanceIdentifier", "") in backend.databases:
        raise Refused("DBInstanceAlreadyExists", "DB instance already exists")


def check_restore_time(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """A time in the past, of an instance with backups of its own.

    Message forms not confirmed.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
    """
    instance = backend.databases.get(given["SourceDBInstanceIdentifier"])
    if instance is None:
        return
    if not instance.backup_retention_period:
        name = instance.db_instance_identifier
        message = f"Point in time restore is not enabled for the DB instance {name}."
        raise Refused("PointInTimeRestoreNotEnabled", message)
    wanted = given.get("RestoreTime")
    if wanted is not None and not given.get("UseLatestRestorableTime"):
        now = datetime.now(UTC)
        if wanted.astimezone(UTC) > now:
            message = f"The specified instance cannot be restored to a time later than {now}."
            raise Refused("InvalidRestoreFault", message)


def check_storage(instance: DBInstance, given: Mapping[str, Any]) -> None:
    """Storage only grows.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    Message form not confirmed.
    """
    wanted, now = int(given.get("AllocatedStorage") or 0), int(instance.allocated_storage or 0)
    if wanted and wanted < now:
        message = f"Invalid storage size: {wanted} GiB is less than the allocated {now} GiB."
        raise Refused("InvalidParameterCombination", message)


def check_topic(account: str, region: str, topic: str | None) -> None:
    """A subscription tells a topic that is there.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateEventSubscription.html
    Message form not confirmed: it is the one of the API's reference.
    """
    if topic and topic not in sns_backends[account][region].topics:
        raise Refused("SNSTopicArnNotFound", "The SNS topic ARN does not exist.")


def check_version(instance: DBInstance, given: Mapping[str, Any]) -> None:
    """Versions go up, and to another major version only if that is said.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html
    """
    wanted, now = given.get("EngineVersion"), instance.engine_version
    if not wanted or not now or wanted == now or now.startswith(f"{wanted}."):
        return
    if _numbers(wanted) < _numbers(now):
        message = f"Cannot upgrade {instance.engine} from {now} to {wanted}"
        raise Refused("InvalidParameterCombination", message)
    major = _numbers(wanted)[:2] != _numbers(now)[:2]
    if major and not given.get("AllowMajorVersionUpgrade"):
        message = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major"
        raise Refused("InvalidParameterCombination", f"{message} version.")


def check_last_snapshot(given: Mapping[str, Any]) -> None:
    """Data is not lost by leaving something out.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html
    """
    if given.get("SkipFinalSnapshot"):
        if given.get("FinalDBSnapshotIdentifier"):
            # Message form not confirmed.
            message = "FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is"
            raise Refused("InvalidParameterCombination", f"{message} specified")
    elif not given.get("FinalDBSnapshotIdentifier"):
        message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
        raise Refused("InvalidParameterCombination", message)


def check_zones(account: str, region: str, subnets: Sequence[str]) -> None:
    """A subnet group has to span zones.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html
    """
    ec2 = ec2_backends[account][region]
    zones = sorted({str(ec2.get_subnet(each).availability_zone) for each in subnets})
    if len(zones) < _ZONES:
        message = (
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current"
            f" AZ coverage: {', '.join(zones)}. Add subnets to cover at least {_ZONES} AZs."
        )
        raise Refused("DBSubnetGroupDoesNotCoverEnoughAZs", message)


def check_removed_subnets(backend: RDSBackend, name: str, subnets: Sequence[str]) -> None:
    """Subnets in which instances are stay in their group.

    The message is what users report; that it comes with this code, which the API's reference has,
    is not confirmed.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html
    """
    for instance in _members(backend, name):
        lost = set(database_subnets(instance)) - set(subnets)
        if lost:
            message = f"Some of the subnets to be deleted are currently in use: {', '.join(lost)}"
            raise Refused("SubnetAlreadyInUse", message)


def check_subnet_group(backend: RDSBackend, name: str) -> None:
    """A group in which instances are stays.

    https://github.com/anomalyco/sst/issues/4026
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSubnetGroup.html
    """
    for instance in _members(backend, name):
        message = (
            f"Cannot delete the subnet group '{name}' because at least one database instance:"
            f" {instance.db_instance_identifier} is still using it."
        )
        raise Refused("InvalidDBSubnetGroupStateFault", message)


def check_parameter_group(backend: RDSBackend, name: str) -> None:
    """A group that instances have stays.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBParameterGroup.html
    """
    if any(each.db_parameter_group_name == name for each in backend.databases.values()):
        message = (
            f"One or more database instances are still members of this parameter group {name}, so"
            " the group cannot be deleted"
        )
        raise Refused("InvalidDBParameterGroupState", message)


def check_option_group(backend: RDSBackend, name: str) -> None:
    """A group that instances or their snapshots have stays.

    https://github.com/hashicorp/terraform-provider-aws/issues/4597
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteOptionGroup.html
    """
    snapshots = [each.database for each in backend.database_snapshots.values()]
    if any(each.option_group_name == name for each in (*backend.databases.values(), *snapshots)):
        message = f"The option group '{name}' cannot be deleted because it is in use."
        raise Refused("InvalidOptionGroupStateFault", message)


def check_blue_green(backend: RDSBackend, source: str) -> None:
    """Not without backups, and not with a password that RDS manages.

    The code is documented; message form not confirmed.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-considerations.html
    """
    instance = backend.databases.get(source.rpartition(":")[2])
    if instance is None:
        return
    if instance.manage_master_user_password or not instance.backup_retention_period:
        message = f"The source DB instance {instance.db_instance_identifier} isn't supported for"
        raise Refused("SourceDatabaseNotSupportedFault", f"{message} a blue/green deployment.")


def check_options(backend: RDSBackend, given: Mapping[str, Any]) -> None:
    """Options and settings that the engine has.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOptionGroupOptions.html
    """
    group = backend.option_groups.get(given["OptionGroupName"])
    if group is None:
        return
    options = backend.describe_option_group_options(group.engine_name, group.major_engine_version)
    known = {each["Name"]: each["OptionGroupOptionSettings"] for each in options}
    for option in given.get("OptionsToInclude", []):
        name = option["OptionName"]
        if name not in known:
            raise Refused("InvalidParameterValue", f"Unknown option: {name}")
        settings = {each["SettingName"]: each.get("AllowedValues", "") for each in known[name]}
        for setting in option.get("OptionSettings", []):
            _check_setting(name, settings, setting)


def _check_setting(option: str, known: Mapping[str, str], given: Mapping[str, Any]) -> None:
    """Of those that are a list, every value; ranges and free texts are not looked at."""
    name, value = given["Name"], str(given.get("Value", ""))
    if name not in known:
        message = f"We do not support setting: {name} for {option}"
        raise Refused("InvalidParameterValue", message)
    allowed = known[name].split(",")
    wrong = set(value.split(",")) - set(allowed)
    if len(allowed) > 1 and wrong:
        message = f"Invalid value for setting {name}: {value}. Allowed values: {known[name]}"
        raise Refused("InvalidParameterValue", message)


def check_logs(engine: str, version: str, given: Mapping[str, Any]) -> None:
    """Logs that MySQL writes.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html
    """
    if engine != "mysql":
        return
    changed = given.get("CloudwatchLogsExportConfiguration", {}).get("EnableLogTypes", [])
    unknown = [
        each
        for each in (*given.get("EnableCloudwatchLogsExports", []), *changed)
        if each not in _LOGS
    ]
    if unknown:
        named = ", ".join(f"'{each}'" for each in unknown)
        message = f"You cannot use the log types {named} with engine version {engine} {version}."
        documented = "For supported log types, see the documentation."
        raise Refused("InvalidParameterCombination", f"{message} {documented}")


def check_replicas_first(
    backend: RDSBackend, instance: DBInstance, given: Mapping[str, Any]
) -> None:
    """A source is upgraded after its replicas.

    The message is what users report.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.MySQL.html
    """
    wanted = given.get("EngineVersion")
    if not wanted or instance.engine_version in (wanted, None):
        return
    behind = sorted(
        each.db_instance_identifier
        for each in _replicas(backend, instance)
        if _numbers(str(each.engine_version)) < _numbers(wanted)
    )
    if behind:
        message = "One or more of the DB Instance's read replicas need to be upgraded"
        raise Refused("DBUpgradeDependencyFailure", f"{message}: {', '.join(behind)}")


def _replicas(backend: RDSBackend, instance: DBInstance) -> Iterator[DBInstance]:
    name = instance.db_instance_identifier
    for each in backend.databases.values():
        if each.source_db_instance_identifier == name:
            yield each


def _members(backend: RDSBackend, subnet_group: str) -> Iterator[DBInstance]:
    for instance in backend.databases.values():
        if instance._db_subnet_group_name == subnet_group.lower():
            yield instance


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split(".") if each.isdecimal())
