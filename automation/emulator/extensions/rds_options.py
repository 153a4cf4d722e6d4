"""Refusals of RDS: options and logs that MySQL lacks, insights without data, replicas passed over.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Options.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.rds.models import DBInstance, RDSBackend

from automation.emulator.extensions.double import Refused

# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_LOGS = ("audit", "error", "general", "iam-db-auth-error", "slowquery")
_ADVANCED_DAYS = 465
# Moto has the options of MySQL 8.4, but takes no group of them: one of these stands in.
STAND_IN = {"8.4": "8.0"}


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


def check_insights(found: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """The advanced mode shows what Performance Insights keeps for fifteen months.

    `found` is what the instance has. The message is what users report of clusters.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
    """
    now = {**found, **given}
    if now.get("DatabaseInsightsMode") != "advanced":
        return
    days = now.get("PerformanceInsightsRetentionPeriod") or 0
    if not now.get("EnablePerformanceInsights") or int(days) < _ADVANCED_DAYS:
        message = (
            "To enable the Advanced mode of Database Insights, modify your instance to enable"
            " Performance Insights and set the retention period for Performance Insights to at"
            f" least {_ADVANCED_DAYS} days."
        )
        raise Refused("InvalidParameterCombination", message)


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


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split(".") if each.isdecimal())
