from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal
from tests.automation.emulator.extensions.test_rds import instance

AUDIT = {
    "OptionName": "MARIADB_AUDIT_PLUGIN",
    "OptionSettings": [{"Name": "SERVER_AUDIT_EVENTS", "Value": "CONNECT,QUERY_DDL,QUERY_DCL"}],
}

# RDS replicates what is backed up, and whose password it does not manage.
REPLICATED = {
    "BackupRetentionPeriod": 7,
    "ManageMasterUserPassword": False,
    "MasterUserPassword": "a-long-password",
}


def option_group(emulator: Emulator, name: str) -> dict[str, str]:
    emulator.client("rds").create_option_group(
        OptionGroupName=name,
        EngineName="mysql",
        MajorEngineVersion="8.4",
        OptionGroupDescription="-",
    )
    return {"OptionGroupName": name}


def test_mysql_8_4_has_the_audit_plugin(emulator: Emulator) -> None:
    rds, group = emulator.client("rds"), option_group(emulator, "audit")
    rds.modify_option_group(**group, OptionsToInclude=[AUDIT], ApplyImmediately=True)
    (found,) = rds.describe_option_groups(**group)["OptionGroupsList"]
    assert found["MajorEngineVersion"] == "8.4"
    (option,) = found["Options"]
    assert option["OptionName"] == AUDIT["OptionName"]
    made = instance(emulator, "audited", **group, EnableCloudwatchLogsExports=["audit"])
    assert made["EnabledCloudwatchLogsExports"] == ["audit"]
    (membership,) = made["OptionGroupMemberships"]
    assert membership["OptionGroupName"] == "audit"
    rds.modify_option_group(**group, OptionsToRemove=[AUDIT["OptionName"]])
    (found,) = rds.describe_option_groups(**group)["OptionGroupsList"]
    assert found["Options"] == []


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"OptionName": "SQLSERVER_AUDIT"}, "Unknown option: SQLSERVER_AUDIT"),
        (
            {**AUDIT, "OptionSettings": [{"Name": "SERVER_AUDIT_TABLES", "Value": "all"}]},
            "We do not support setting: SERVER_AUDIT_TABLES for MARIADB_AUDIT_PLUGIN",
        ),
        (
            {**AUDIT, "OptionSettings": [{"Name": "SERVER_AUDIT_EVENTS", "Value": "TABLE"}]},
            "Invalid value for setting SERVER_AUDIT_EVENTS: TABLE. Allowed values: ",
        ),
    ],
)
def test_an_engine_has_its_own_options(
    emulator: Emulator, option: dict[str, Any], message: str
) -> None:
    rds, group = emulator.client("rds"), option_group(emulator, f"own-{len(message)}")
    code, said = refusal(rds.modify_option_group, **group, OptionsToInclude=[option])
    assert code == "InvalidParameterValue"
    assert said.startswith(message)


def test_mysql_exports_the_logs_that_it_writes(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    message = "For supported log types, see the documentation."
    arguments = {
        "DBInstanceIdentifier": "logs",
        "Engine": "mysql",
        "EngineVersion": "8.4.7",
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
    }
    exports = ["upgrade", "error", "alert"]
    assert refusal(rds.create_db_instance, **arguments, EnableCloudwatchLogsExports=exports) == (
        "InvalidParameterCombination",
        "You cannot use the log types 'upgrade', 'alert' with engine version mysql 8.4.7."
        f" {message}",
    )
    instance(emulator, "logs", EngineVersion="8.4.7", EnableCloudwatchLogsExports=["error"])
    change: dict[str, Any] = {"DBInstanceIdentifier": "logs"}
    refused = {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["trace"]}}
    assert refusal(rds.modify_db_instance, **change, **refused)[1].startswith(
        "You cannot use the log types 'trace' with engine version mysql 8.4.7."
    )
    taken = {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["audit"]}}
    exported = rds.modify_db_instance(**change, **taken)["DBInstance"]
    assert exported["EnabledCloudwatchLogsExports"] == ["error", "audit"]


KEPT = {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 465}


def test_database_insights_are_standard_unless_asked_for(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    assert instance(emulator, "insights")["DatabaseInsightsMode"] == "standard"
    change = {"DBInstanceIdentifier": "insights", "DatabaseInsightsMode": "advanced"}
    refused = (
        "InvalidParameterCombination",
        "To enable the Advanced mode of Database Insights, modify your instance to enable"
        " Performance Insights and set the retention period for Performance Insights to at least"
        " 465 days.",
    )
    assert refusal(rds.modify_db_instance, **change) == refused
    assert refusal(rds.modify_db_instance, **change, EnablePerformanceInsights=True) == refused
    changed = rds.modify_db_instance(**change, **KEPT)["DBInstance"]
    assert changed["DatabaseInsightsMode"] == "advanced"
    less = {"DBInstanceIdentifier": "insights", "PerformanceInsightsRetentionPeriod": 7}
    assert refusal(rds.modify_db_instance, **less) == refused
    rds.modify_db_instance(**less, DatabaseInsightsMode="standard")


def test_a_replica_has_a_mode_of_its_own(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    instance(emulator, "seen", DatabaseInsightsMode="advanced", **KEPT, **REPLICATED)
    replica = rds.create_db_instance_read_replica(
        DBInstanceIdentifier="unseen", SourceDBInstanceIdentifier="seen"
    )["DBInstance"]
    assert replica["DatabaseInsightsMode"] == "standard"


def test_tokens_of_iam_are_taken_when_somebody_says_so(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    assert instance(emulator, "tokens")["IAMDatabaseAuthenticationEnabled"] is False
    change = {"DBInstanceIdentifier": "tokens", "EnableIAMDatabaseAuthentication": True}
    changed = rds.modify_db_instance(**change, ApplyImmediately=True)["DBInstance"]
    assert changed["IAMDatabaseAuthenticationEnabled"] is True


def test_replicas_are_upgraded_before_their_source(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    instance(emulator, "upgraded", EngineVersion="8.4.6", **REPLICATED)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="behind", SourceDBInstanceIdentifier="upgraded"
    )
    newer = {"EngineVersion": "8.4.7", "ApplyImmediately": True}
    assert refusal(rds.modify_db_instance, DBInstanceIdentifier="upgraded", **newer) == (
        "DBUpgradeDependencyFailure",
        "One or more of the DB Instance's read replicas need to be upgraded: behind",
    )
    rds.modify_db_instance(DBInstanceIdentifier="behind", **newer)
    rds.modify_db_instance(DBInstanceIdentifier="upgraded", **newer)
