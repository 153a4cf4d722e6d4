import json
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import network, refusal
from tests.automation.emulator.extensions.test_rds import instance


def deleted(emulator: Emulator, name: str) -> None:
    emulator.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def parameter_group(emulator: Emulator, name: str, family: str = "mysql8.4") -> dict[str, str]:
    group = {"DBParameterGroupName": name}
    emulator.client("rds").create_db_parameter_group(
        **group, DBParameterGroupFamily=family, Description="-"
    )
    return group


def test_a_parameter_group_stays_while_an_instance_has_it(emulator: Emulator) -> None:
    rds, group = emulator.client("rds"), parameter_group(emulator, "used")
    instance(emulator, "has-parameters", **group)
    assert refusal(rds.delete_db_parameter_group, **group) == (
        "InvalidDBParameterGroupState",
        "One or more database instances are still members of this parameter group used, so the"
        " group cannot be deleted",
    )
    deleted(emulator, "has-parameters")
    rds.delete_db_parameter_group(**group)


def test_an_option_group_stays_while_an_instance_or_snapshot_has_it(emulator: Emulator) -> None:
    rds, group = emulator.client("rds"), {"OptionGroupName": "audited"}
    rds.create_option_group(
        **group, EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="-"
    )
    instance(emulator, "has-options", **group)
    in_use = (
        "InvalidOptionGroupStateFault",
        "The option group 'audited' cannot be deleted because it is in use.",
    )
    assert refusal(rds.delete_option_group, **group) == in_use
    rds.delete_db_instance(
        DBInstanceIdentifier="has-options", FinalDBSnapshotIdentifier="options-last"
    )
    assert refusal(rds.delete_option_group, **group) == in_use
    rds.delete_db_snapshot(DBSnapshotIdentifier="options-last")
    rds.delete_option_group(**group)


def test_a_subnet_group_stays_while_an_instance_has_it(emulator: Emulator) -> None:
    rds, group = emulator.client("rds"), {"DBSubnetGroupName": "used"}
    _, subnets = network(emulator, "abc")
    rds.create_db_subnet_group(**group, DBSubnetGroupDescription="-", SubnetIds=subnets)
    zone = f"{emulator.region}a"
    instance(emulator, "has-subnets", AvailabilityZone=zone, MultiAZ=False, **group)
    assert refusal(rds.delete_db_subnet_group, **group) == (
        "InvalidDBSubnetGroupStateFault",
        "Cannot delete the subnet group 'used' because at least one database instance: has-subnets"
        " is still using it.",
    )
    message = f"Some of the subnets to be deleted are currently in use: {subnets[0]}"
    refused = refusal(rds.modify_db_subnet_group, **group, SubnetIds=subnets[1:])
    assert refused == ("SubnetAlreadyInUse", message)
    rds.modify_db_subnet_group(**group, SubnetIds=subnets[:2])
    deleted(emulator, "has-subnets")
    rds.delete_db_subnet_group(**group)


def test_a_subnet_group_spans_zones(emulator: Emulator) -> None:
    _, subnets = network(emulator, "aa")
    arguments = {"DBSubnetGroupName": "narrow", "DBSubnetGroupDescription": "-"}
    create = emulator.client("rds").create_db_subnet_group
    assert refusal(create, **arguments, SubnetIds=subnets) == (
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ"
        " coverage: us-west-2a. Add subnets to cover at least 2 AZs.",
    )


def test_an_instance_goes_when_it_may_and_leaves_a_snapshot(emulator: Emulator) -> None:
    rds, name = emulator.client("rds"), {"DBInstanceIdentifier": "precious"}
    instance(emulator, "precious", DeletionProtection=True)
    rds.create_db_snapshot(**name, DBSnapshotIdentifier="taken")
    last = {"FinalDBSnapshotIdentifier": "taken"}
    assert refusal(rds.delete_db_instance, **name, SkipFinalSnapshot=True) == (
        "InvalidParameterCombination",
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    )
    rds.modify_db_instance(**name, DeletionProtection=False, ApplyImmediately=True)
    assert refusal(rds.delete_db_instance, **name) == (
        "InvalidParameterCombination",
        "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
    )
    assert refusal(rds.delete_db_instance, **name, **last) == (
        "DBSnapshotAlreadyExists",
        "Cannot create the snapshot because a snapshot with the identifier taken already exists.",
    )
    both = refusal(rds.delete_db_instance, **name, **last, SkipFinalSnapshot=True)
    assert both[0] == "InvalidParameterCombination"
    rds.delete_db_instance(**name, FinalDBSnapshotIdentifier="free")
    rds.delete_db_snapshot(DBSnapshotIdentifier="free")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"DBName": "mysql"}, "DBName mysql cannot be used. It is a reserved word for this engine"),
        (
            {"MasterUsername": "rdsadmin"},
            "MasterUsername rdsadmin cannot be used as it is a reserved word used by the engine",
        ),
        (
            {"PreferredMaintenanceWindow": "sun:05:00-sun:05:20"},
            "The maintenance window must be at least 30 minutes.",
        ),
    ],
)
def test_an_instance_cannot_have_everything(
    emulator: Emulator, asked: dict[str, Any], message: str
) -> None:
    arguments = {
        "DBInstanceIdentifier": "refused",
        "Engine": "mysql",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
    }
    refused = refusal(emulator.client("rds").create_db_instance, **{**arguments, **asked})
    assert refused == ("InvalidParameterValue", message)


def test_an_instance_takes_parameters_of_its_versions_family(emulator: Emulator) -> None:
    rds, group = emulator.client("rds"), parameter_group(emulator, "old-family", "mysql8.0")
    with_groups = {"DBInstanceIdentifier": "family", "EngineVersion": "8.4", **group}
    instance(emulator, "family")
    code, message = refusal(rds.modify_db_instance, **with_groups)
    assert code == "InvalidParameterCombination"
    assert message.endswith("Please use a Parameter Group with DBParameterGroupFamily mysql8.4")
    rds.modify_db_instance(**{**with_groups, **parameter_group(emulator, "new-family")})


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("8.4.6", "Cannot upgrade mysql from 8.4.7 to 8.4.6"),
        (
            "9.1.0",
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major"
            " version.",
        ),
    ],
)
def test_versions_go_up_by_small_steps(emulator: Emulator, version: str, message: str) -> None:
    rds = emulator.client("rds")
    name = f"versions-{version.replace('.', '-')}"
    instance(emulator, name, EngineVersion="8.4.7")
    change = {"DBInstanceIdentifier": name, "ApplyImmediately": True}
    refused = refusal(rds.modify_db_instance, **change, EngineVersion=version)
    assert refused == ("InvalidParameterCombination", message)
    rds.modify_db_instance(**change, EngineVersion="8.4.8")
    rds.modify_db_instance(**change, EngineVersion="8.4")


def test_blue_green_needs_backups_and_a_password_of_ones_own(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    sources = {
        name: instance(emulator, name, BackupRetentionPeriod=days, **password)["DBInstanceArn"]
        for name, days, password in (
            ("managed", 7, {}),
            (
                "without-backups",
                0,
                {"ManageMasterUserPassword": False, "MasterUserPassword": "x" * 9},
            ),
        )
    }
    for name, source in sources.items():
        deployment = {"BlueGreenDeploymentName": name, "Source": source}
        code, _ = refusal(rds.create_blue_green_deployment, **deployment)
        assert code == "SourceDatabaseNotSupportedFault"
    password = {"ManageMasterUserPassword": False, "MasterUserPassword": "x" * 9}
    blue = instance(emulator, "blue", BackupRetentionPeriod=7, **password)
    rds.create_blue_green_deployment(BlueGreenDeploymentName="blue", Source=blue["DBInstanceArn"])


def test_an_account_has_so_many_databases(emulator: Emulator) -> None:
    rds = emulator.client("rds", region="eu-north-1")
    small = {
        "Engine": "mysql",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
    }
    for number in range(40):
        rds.create_db_instance(DBInstanceIdentifier=f"one-{number}", **small)
    refused = refusal(rds.create_db_instance, DBInstanceIdentifier="one-more", **small)
    assert refused[0] == "InstanceQuotaExceeded"


def test_small_classes_have_no_performance_insights(emulator: Emulator) -> None:
    rds, insights = emulator.client("rds"), {"EnablePerformanceInsights": True}
    instance(emulator, "insights-of-small", DBInstanceClass="db.t4g.small")
    change = {"DBInstanceIdentifier": "insights-of-small", **insights}
    unsupported = (
        "InvalidParameterCombination",
        "Performance Insights not supported for this configuration.",
    )
    assert refusal(rds.modify_db_instance, **change) == unsupported
    rds.modify_db_instance(**change, DBInstanceClass="db.t4g.medium", ApplyImmediately=True)
    arguments = {
        "DBInstanceIdentifier": "small-insights",
        "Engine": "mysql",
        "DBInstanceClass": "db.t3.micro",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "ManageMasterUserPassword": True,
    }
    assert refusal(rds.create_db_instance, **arguments, **insights) == unsupported


def test_a_replicated_instance_has_backups_and_a_password_of_ones_own(emulator: Emulator) -> None:
    rds = emulator.client("rds")
    own = {"ManageMasterUserPassword": False, "MasterUserPassword": "x" * 9}
    instance(emulator, "not-backed-up", BackupRetentionPeriod=0, **own)
    instance(emulator, "managed-source", BackupRetentionPeriod=1)
    replicate = rds.create_db_instance_read_replica
    of_first = {"DBInstanceIdentifier": "r", "SourceDBInstanceIdentifier": "not-backed-up"}
    assert refusal(replicate, **of_first) == (
        "InvalidDBInstanceState",
        "Automated backups are not enabled for this database instance. To enable automated backups,"
        " use ModifyDBInstance to set the backup retention period to a non-zero value.",
    )
    of_second = {**of_first, "SourceDBInstanceIdentifier": "managed-source"}
    assert refusal(replicate, **of_second)[0] == "InvalidParameterCombination"


def test_storage_only_grows(emulator: Emulator) -> None:
    rds, change = emulator.client("rds"), {"DBInstanceIdentifier": "grows"}
    instance(emulator, "grows", AllocatedStorage=100)
    less = refusal(rds.modify_db_instance, **change, AllocatedStorage=99, ApplyImmediately=True)
    assert less[0] == "InvalidParameterCombination"
    rds.modify_db_instance(**change, AllocatedStorage=120, ApplyImmediately=True)


def test_events_are_told_to_a_topic_that_is_there(emulator: Emulator) -> None:
    rds, sns = emulator.client("rds"), emulator.client("sns")
    subscribe, name = rds.create_event_subscription, {"SubscriptionName": "told"}
    absent = f"arn:aws:sns:{emulator.region}:123456789012:absent-events"
    code, _ = refusal(subscribe, **name, SnsTopicArn=absent)
    assert code == "SNSTopicArnNotFound"
    assert sns.create_topic(Name="absent-events")["TopicArn"] == absent
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": absent}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    sns.set_topic_attributes(TopicArn=absent, AttributeName="Policy", AttributeValue=policy)
    subscribe(**name, SnsTopicArn=absent)
