from dataclasses import replace
from typing import Any

import pytest

from config import Naming
from config.database import Database
from modules.database.instance import Surroundings
from modules.database.mysql import MysqlDatabase
from tests.synthesized import Synthesized, synthesize

KEY = "arn:aws:kms:us-west-2:123456789012:key/data"
AROUND = Surroundings(
    kms_key_arn=KEY,
    subnet_group_name="subnets",
    security_group_id="sg-1",
    parameter_group_name="parameters",
    monitoring_role_arn="arn:aws:iam::123456789012:role/monitoring",
    deletion_protection=True,
)
# Replicas are for those whose password Terraform wrote.
OWN_PASSWORD: dict[str, Any] = {"managed_password": False, "blue_green_updates": False}


def database(naming: Naming, *, around: Surroundings = AROUND, **changes: object) -> Synthesized:
    return synthesize(
        lambda stack: MysqlDatabase(
            stack,
            "mysql",
            naming=naming,
            database=Database().model_copy(update=changes),
            around=around,
            log_retention_in_days=365,
            logs_key_arn="arn:aws:kms:us-west-2:123456789012:key/logs",
        )
    )


def test_the_primary_is_highly_available_encrypted_and_private(naming: Naming) -> None:
    assert database(naming).has(
        "aws_db_instance",
        identifier="prod-349081-database",
        engine="mysql",
        engine_version="8.4",
        multi_az=True,
        storage_type="gp3",
        storage_encrypted=True,
        kms_key_id=KEY,
        publicly_accessible=False,
        allocated_storage=100,
        max_allocated_storage=500,
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        performance_insights_enabled=True,
        performance_insights_kms_key_id=KEY,
    )


def test_rds_makes_the_password_unless_terraform_is_to(naming: Naming) -> None:
    stack = database(naming)
    instance = stack.only("aws_db_instance")
    assert instance["manage_master_user_password"] is True
    assert instance["master_user_secret_kms_key_id"] == KEY
    assert "password_wo" not in instance
    assert not stack.resources("aws_secretsmanager_secret")


def test_a_password_of_its_own_is_read_back_from_its_secret(naming: Naming) -> None:
    stack = database(naming, managed_password=False, master_password_version=3)
    instance = stack.only("aws_db_instance")
    assert "manage_master_user_password" not in instance
    assert instance["password_wo_version"] == 3
    assert instance["password_wo"].startswith("${jsondecode(ephemeral.")
    version = stack.only("aws_secretsmanager_secret_version")
    assert version["secret_string_wo_version"] == 3
    assert '"username" = "platform"' in version["secret_string_wo"]
    assert "secret_string" not in version


def test_protection_keeps_backups_and_takes_a_last_snapshot(naming: Naming) -> None:
    instance = database(naming).only("aws_db_instance")
    assert instance["deletion_protection"] is True
    assert instance["delete_automated_backups"] is False
    assert instance["skip_final_snapshot"] is False
    assert instance["final_snapshot_identifier"] == "prod-349081-database-final"


def test_a_disposable_database_leaves_nothing_behind(naming: Naming) -> None:
    stack = database(naming, around=replace(AROUND, deletion_protection=False))
    instance = stack.only("aws_db_instance")
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is True
    assert "final_snapshot_identifier" not in instance


def test_every_exported_log_has_a_group_before_the_instance_exists(naming: Naming) -> None:
    stack = database(naming)
    groups = stack.resources("aws_cloudwatch_log_group")
    instance = stack.only("aws_db_instance")
    for log in instance["enabled_cloudwatch_logs_exports"]:
        name = f"/aws/rds/instance/prod-349081-database/{log}"
        (id_,) = (id_ for id_, group in groups.items() if group["name"] == name)
        assert f"aws_cloudwatch_log_group.{id_}" in instance["depends_on"]


def test_replicas_copy_the_primary_and_have_logs_of_their_own(naming: Naming) -> None:
    stack = database(naming, **OWN_PASSWORD, read_replicas=2)
    for number in (1, 2):
        replica = stack.one("aws_db_instance", identifier=f"prod-349081-database-replica-{number}")
        assert replica["replicate_source_db"].endswith(".identifier}")
        assert replica["skip_final_snapshot"] is True
        assert replica["publicly_accessible"] is False
        assert "username" not in replica
    assert len(stack.resources("aws_cloudwatch_log_group")) == 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"managed_password": True}, "cannot be combined with a password managed by RDS"),
        ({"blue_green_updates": True}, "cannot be combined with blue/green"),
        ({"backup_days": 0}, "received backup_days=0; replicas need at least 1"),
    ],
)
def test_replicas_are_refused_where_aws_would(
    naming: Naming, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        database(naming, **{**OWN_PASSWORD, **changes}, read_replicas=1)


def test_blue_green_updates(naming: Naming) -> None:
    stack = database(naming, blue_green_updates=True)
    assert stack.has("aws_db_instance", blue_green_update={"enabled": True})
