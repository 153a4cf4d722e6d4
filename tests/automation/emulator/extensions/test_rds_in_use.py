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
