"""Checks of the database tier."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, equal, holds, lookups, only, run, same
from config import Settings
from config.application import PROCESS_ROLES

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import DBInstanceTypeDef

# What the groups' names start with; what replaces one gives the next another name.
GROUP = "mysql84"
AUDITED = "CONNECT,QUERY_DDL,QUERY_DCL"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
AT_WORK = ("available", "backing-up", "storage-optimization")


def check_database(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """MySQL as configured, encrypted and out of reach, with logs, parameters and a secret."""
    checks: dict[str, Check] = {"database": _primary}
    for name in identifiers(settings):
        checks |= {
            f"instance {name}": partial(_instance, name=name),
            f"protection of {name}": partial(_protection, name=name),
            f"place of {name}": partial(_place, name=name),
            f"logs of {name}": partial(_logs, name=name),
            f"insight into {name}": partial(_insight, name=name),
            f"access to {name}": partial(_access, name=name),
        }
    checks |= {"parameters": _parameters, "options": _options}
    checks |= {"master password": _master_password}
    return run("database", clients, settings, checks)


def identifiers(settings: Settings) -> list[str]:
    """The instances' names, the primary first."""
    primary = settings.naming.name("database")
    replicas = range(1, settings.database.read_replicas + 1)
    return [primary, *(f"{primary}-replica-{number}" for number in replicas)]


def parameters(settings: Settings) -> dict[str, str]:
    """What the parameter group sets."""
    return {
        "general_log": "1" if settings.database.general_log else "0",
        "log_output": "FILE",
        "long_query_time": settings.database.long_query_time,
        "require_secure_transport": "1",
        "slow_query_log": "1",
    }


def find(clients: Clients, name: str) -> "DBInstanceTypeDef":
    """One of the instances, by its name."""
    answer = clients.rds.describe_db_instances(DBInstanceIdentifier=name)
    return only(answer["DBInstances"], f"instance {name}")


def _primary(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """What the primary decides for its replicas."""
    found, wanted = find(clients, identifiers(settings)[0]), settings.database
    yield equal("Multi-AZ", found.get("MultiAZ"), wanted.multi_az)
    yield equal("first schema", found.get("DBName"), wanted.database_name)
    yield equal("days of backups", found.get("BackupRetentionPeriod"), wanted.backup_days)
    yield equal("backup window", found.get("PreferredBackupWindow"), wanted.backup_window)
    group = found.get("DBSubnetGroup", {})
    placed = [each["SubnetIdentifier"] for each in group.get("Subnets", [])]
    yield same("subnets", placed, lookups.subnet_ids(clients, settings, "database"))


def _instance(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    found, wanted = find(clients, name), settings.database
    state = found.get("DBInstanceStatus")
    yield holds("state", state in AT_WORK, found=state, expected="one that serves")
    yield equal("engine", found.get("Engine"), "mysql")
    version = found.get("EngineVersion", "")
    in_line = f"{version}.".startswith(f"{wanted.engine_version}.")
    yield holds("version", in_line, found=version, expected=wanted.engine_version)
    yield equal("class", found.get("DBInstanceClass"), wanted.instance_class)
    yield equal("storage", found.get("StorageType"), "gp3")
    most = wanted.max_allocated_storage_gib
    yield equal("storage may grow to", found.get("MaxAllocatedStorage"), most)
    yield _ours("parameter group", parameter_groups(found), settings)
    yield _ours("option group", option_groups(found), settings)
    yield equal("updates itself", found.get("AutoMinorVersionUpgrade"), not wanted.pinned)
    yield equal("certificate", found.get("CACertificateIdentifier"), wanted.ca_certificate)


def parameter_groups(found: "DBInstanceTypeDef") -> list[str]:
    """The names of an instance's parameter groups, of which there is one."""
    return [each.get("DBParameterGroupName", "") for each in found.get("DBParameterGroups", [])]


def option_groups(found: "DBInstanceTypeDef") -> list[str]:
    """The names of an instance's option groups: one, or two while it goes over to another."""
    return [each.get("OptionGroupName", "") for each in found.get("OptionGroupMemberships", [])]


def _ours(what: str, groups: Sequence[str], settings: Settings) -> Claim:
    start = f"{settings.naming.name(GROUP)}-"
    ours = bool(groups) and all(each.startswith(start) for each in groups)
    return holds(what, ours, found=groups, expected=f"{start}…")


def _protection(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    found = find(clients, name)
    yield equal("encrypted", found.get("StorageEncrypted"), True)
    yield equal("key", found.get("KmsKeyId"), lookups.key_arn(clients, settings, "data"))
    # Replicas come and go; their source has the data.
    protected = settings.deletion_protection and name == identifiers(settings)[0]
    yield equal("deletion protection", found.get("DeletionProtection"), protected)
    yield equal("snapshots have its tags", found.get("CopyTagsToSnapshot"), True)


def _place(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    found = find(clients, name)
    yield equal("public", found.get("PubliclyAccessible"), False)
    groups = [each.get("VpcSecurityGroupId") for each in found.get("VpcSecurityGroups", [])]
    yield equal("security groups", groups, [lookups.group_id(clients, settings, "database")])


def _logs(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    logs = settings.database.exported_logs
    yield same("exported", find(clients, name).get("EnabledCloudwatchLogsExports", []), logs)
    groups = [f"/aws/rds/instance/{name}/{log}" for log in logs]
    yield from lookups.log_groups(clients, settings, groups, key="logs")


def _insight(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    found, wanted = find(clients, name), settings.database
    interval = wanted.monitoring_interval_seconds
    yield equal("seconds between metrics", found.get("MonitoringInterval"), interval)
    insights = found.get("PerformanceInsightsEnabled", False)
    yield equal("Performance Insights", insights, wanted.performance_insights)
    if wanted.performance_insights:
        key = lookups.key_arn(clients, settings, "data")
        yield equal("key of Performance Insights", found.get("PerformanceInsightsKMSKeyId"), key)
    if not wanted.small:
        mode = wanted.database_insights_mode
        yield equal("mode of Database Insights", found.get("DatabaseInsightsMode"), mode)


def _access(clients: Clients, settings: Settings, *, name: str) -> Iterator[Claim]:
    allowed = find(clients, name).get("IAMDatabaseAuthenticationEnabled", False)
    yield equal("tokens of IAM", allowed, settings.database.iam_authentication)


def _options(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """What the audit log names."""
    (name, *_) = option_groups(find(clients, identifiers(settings)[0]))
    groups = clients.rds.describe_option_groups(OptionGroupName=name)["OptionGroupsList"]
    audited = [
        setting.get("Value", "")
        for option in only(groups, f"option group {name}").get("Options", [])
        for setting in option.get("OptionSettings", [])
        if setting.get("Name") == "SERVER_AUDIT_EVENTS"
    ]
    yield equal("audited", audited, [AUDITED] if settings.database.audit_log else [])


def _parameters(clients: Clients, settings: Settings) -> Iterator[Claim]:
    (name, *_) = parameter_groups(find(clients, identifiers(settings)[0]))
    pages = clients.rds.get_paginator("describe_db_parameters").paginate(
        DBParameterGroupName=name, Source="user"
    )
    found = {
        each["ParameterName"]: each.get("ParameterValue")
        for page in pages
        for each in page["Parameters"]
    }
    for name, value in parameters(settings).items():
        yield equal(name, found.get(name), value)


def _master_password(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Who makes it: RDS, or else Terraform, once; either way it is encrypted with our key."""
    key = lookups.key_arn(clients, settings, "data")
    managed = find(clients, identifiers(settings)[0]).get("MasterUserSecret")
    yield equal("made by RDS", managed is not None, settings.database.managed_password)
    if managed is not None:
        yield equal("key", managed.get("KmsKeyId"), key)
    else:
        name = settings.naming.name("database-master")
        secret = clients.secretsmanager.describe_secret(SecretId=name)
        yield equal("key", lookups.key_behind(clients, secret["KmsKeyId"]), key)
        roles = ("deploy", *PROCESS_ROLES)
        yield lookups.readers_named(clients, settings, "database-master", roles=roles)
