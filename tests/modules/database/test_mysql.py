from dataclasses import replace
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from automation.iam import Call, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from config import Naming
from config.database import Database
from modules.database.instance import Surroundings
from modules.database.mysql import MysqlDatabase
from modules.policy import Statement, policy_document
from tests.synthesized import Synthesized, synthesize

IAM = "arn:aws:iam::123456789012"
KEY = "arn:aws:kms:us-west-2:123456789012:key/data"
AROUND = Surroundings(
    kms_key_arn=KEY,
    subnet_group_name="subnets",
    security_group_id="sg-1",
    parameter_group_name="parameters",
    option_group_name="options",
    monitoring_role_arn="arn:aws:iam::123456789012:role/monitoring",
    deletion_protection=True,
)
# Replicas are for those whose password Terraform wrote.
OWN_PASSWORD: dict[str, Any] = {"managed_password": False, "blue_green_updates": False}


def database(naming: Naming, *, around: Surroundings = AROUND, **changes: object) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        mysql = MysqlDatabase(
            stack,
            "mysql",
            naming=naming,
            database=Database().model_copy(update=changes),
            around=around,
            log_retention_in_days=365,
            logs_key_arn="arn:aws:kms:us-west-2:123456789012:key/logs",
            secret_readers=("user/admin",),
        )
        TerraformOutput(stack, "secret", value=mysql.secret_arn)

    return synthesize(build)


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
        option_group_name="options",
        iam_database_authentication_enabled=False,
    )


def test_rds_makes_the_password_unless_terraform_is_to(naming: Naming) -> None:
    stack = database(naming)
    instance = stack.only("aws_db_instance")
    assert instance["manage_master_user_password"] is True
    assert instance["master_user_secret_kms_key_id"] == KEY
    assert "password_wo" not in instance
    assert not stack.resources("aws_secretsmanager_secret")


def test_the_secret_of_rds_is_looked_up_once_the_instance_is_as_it_is_to_be(
    naming: Naming,
) -> None:
    stack = database(naming)
    ((name, found),) = stack.parsed["data"]["aws_db_instance"].items()
    (primary,) = stack.resources("aws_db_instance")
    assert found["db_instance_identifier"] == f"${{aws_db_instance.{primary}.identifier}}"
    assert found["depends_on"] == [f"aws_db_instance.{primary}"]
    secret = f"${{data.aws_db_instance.{name}.master_user_secret[0].secret_arn}}"
    assert stack.parsed["output"]["secret"]["value"] == secret


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


def test_no_plan_reads_a_password_of_its_own(naming: Naming) -> None:
    """Nobody knows a time before an apply, and what is not known is not read."""
    stack = database(naming, managed_password=False)
    (stored,) = stack.parsed["ephemeral"]["aws_secretsmanager_secret_version"].values()
    assert stored["version_id"].startswith(
        '${(timestamp() != "never") ? aws_secretsmanager_secret_version.'
    )


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        (Principal.user(f"{IAM}:user/admin"), True),
        (Principal.user(f"{IAM}:user/other"), False),
        (Principal.session(f"{IAM}:role/prod-349081-deploy", "it"), True),
        (Principal.session(f"{IAM}:role/prod-349081-application", "it"), False),
        (Principal.session(f"{IAM}:role/prod-349081-web", "it"), True),
        (Principal.session(f"{IAM}:role/prod-349081-release", "it"), True),
        (Principal.session(f"{IAM}:role/prod-349081-plan", "it"), False),
    ],
)
def test_a_password_of_its_own_is_read_by_who_is_named_whatever_iam_says(
    naming: Naming, who: Principal, reads: bool
) -> None:
    stack = database(naming, managed_password=False)
    own = ResourcePolicy(Policy.parse(stack.only("aws_secretsmanager_secret_policy")["policy"]))
    everything = Policy.parse(policy_document(Statement(sid="All", actions=["*"], resources=["*"])))
    secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod-349081-database-master-a1"
    asked = Call(who, "secretsmanager:GetSecretValue", secret)
    assert decide(asked, identity=[everything], resource=own).allowed is reads


@pytest.mark.parametrize("protected", [True, False])
def test_backups_and_a_last_snapshot_stay_even_if_protection_is_lifted(
    naming: Naming, protected: bool
) -> None:
    stack = database(naming, around=replace(AROUND, deletion_protection=protected))
    instance = stack.only("aws_db_instance")
    assert instance["deletion_protection"] is protected
    assert instance["delete_automated_backups"] is False
    assert instance["skip_final_snapshot"] is False


def test_each_database_has_a_last_snapshot_of_another_name(naming: Naming) -> None:
    instance = database(naming).only("aws_db_instance")
    assert instance["final_snapshot_identifier"] == (
        'prod-349081-database-final-${formatdate("YYYYMMDDhhmmss", timestamp())}'
    )
    assert instance["lifecycle"]["ignore_changes"] == ["final_snapshot_identifier"]


def test_a_disposable_database_leaves_nothing_behind(naming: Naming) -> None:
    around = replace(AROUND, deletion_protection=False)
    instance = database(naming, around=around, final_snapshot=False).only("aws_db_instance")
    assert instance["deletion_protection"] is False
    assert instance["skip_final_snapshot"] is True
    assert instance["delete_automated_backups"] is True


def test_a_pinned_version_is_not_upgraded_and_the_line_is(naming: Naming) -> None:
    pinned = database(naming, engine_version="8.4.7").only("aws_db_instance")
    assert pinned["auto_minor_version_upgrade"] is False
    assert database(naming).only("aws_db_instance")["auto_minor_version_upgrade"] is True


@pytest.mark.parametrize(("mode", "days"), [("standard", 7), ("advanced", 465)])
def test_insights_are_kept_as_long_as_their_mode_shows_them(
    naming: Naming, mode: str, days: int
) -> None:
    instance = database(naming, database_insights_mode=mode).only("aws_db_instance")
    assert instance["database_insights_mode"] == mode
    assert instance["performance_insights_retention_period"] == days


def test_a_class_without_insights_is_asked_for_none(naming: Naming) -> None:
    stack = database(naming, instance_class="db.t4g.micro", performance_insights=False)
    instance = stack.only("aws_db_instance")
    assert "database_insights_mode" not in instance
    assert "performance_insights_retention_period" not in instance


def test_tokens_of_iam_are_taken_by_choice(naming: Naming) -> None:
    stack = database(naming, **OWN_PASSWORD, read_replicas=1, iam_authentication=True)
    for instance in stack.resources("aws_db_instance").values():
        assert instance["iam_database_authentication_enabled"] is True


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
        assert replica["deletion_protection"] is False
        assert replica["option_group_name"] == "options"
        assert replica["publicly_accessible"] is False
        assert "username" not in replica
    assert len(stack.resources("aws_cloudwatch_log_group")) == 3 * len(Database().exported_logs)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"managed_password": True}, "cannot be combined with a password managed by RDS"),
        ({"blue_green_updates": True}, "cannot be combined with blue/green"),
        ({"backup_days": 0}, "received backup_days=0; replicas need at least 1"),
        ({"engine_version": "8.4.7"}, "received engine_version=8.4.7; replicas need 8.4"),
    ],
)
def test_replicas_are_refused_where_aws_would(
    naming: Naming, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        database(naming, **{**OWN_PASSWORD, **changes}, read_replicas=1)


def test_blue_green_updates(naming: Naming) -> None:
    stack = database(naming, managed_password=False, blue_green_updates=True)
    assert stack.has("aws_db_instance", blue_green_update={"enabled": True})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blue_green_updates": True}, "cannot be combined with a password managed by RDS"),
        (
            {"blue_green_updates": True, "managed_password": False, "backup_days": 0},
            "received backup_days=0; blue/green updates need at least 1",
        ),
        (
            {"database_insights_mode": "advanced", "performance_insights": False},
            "the advanced mode of Database Insights needs performance_insights",
        ),
    ],
)
def test_what_aws_would_refuse_later_is_refused_now(
    naming: Naming, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        database(naming, **changes)
