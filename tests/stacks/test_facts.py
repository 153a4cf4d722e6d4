"""What AWS, and the emulated account, would make of the platform, until it is mended: by fact.

Each is a strict expected failure: whoever mends it takes the mark away. Others are in
`tests/changes/catalogue.py`, `tests/automation/iam` and `tests/automation/emulator/extensions`.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.conftest import Tiers
from tests.synthesized import Resource, policy


def unmended(fact: str, why: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=f"{fact}: {why}")


def statements(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """The statements of policies."""
    return [each for one in resources for each in policy(one["policy"]).values()]


@unmended("N1", "the endpoint of KMS serves nobody")
def test_each_endpoint_serves_an_action_of_the_instances(prod: Tiers) -> None:
    role = statements(prod["application"].resources("aws_iam_role_policy").values())
    direct = {
        action.partition(":")[0]
        for each in role
        if "kms:ViaService" not in each.get("Condition", {}).get("StringEquals", {})
        for action in each["Action"]
    }
    endpoints = prod["network"].resources("aws_vpc_endpoint").values()
    services = {each["service_name"].rpartition(".")[2] for each in endpoints}
    assert "kms" not in services or "kms" in direct


@unmended("S4", "whoever may use Secrets Manager may use the key of the data")
def test_only_named_roles_use_the_data_key_through_secrets_manager(prod: Tiers) -> None:
    description = "Database, its secrets and backups, and instance volumes"
    key = prod["security"].one("aws_kms_key", description=description)
    for each in policy(key["policy"]).values():
        if each.get("Principal") == {"AWS": "*"}:
            services = str(each["Condition"]["StringEquals"].get("kms:ViaService"))
            assert "secretsmanager" not in services


@unmended("S5", "a static file that is missing is denied, and not missing")
def test_the_distribution_may_ask_what_is_missing(prod: Tiers) -> None:
    buckets = (
        each
        for tier in ("storage", "edge")
        for each in prod[tier].resources("aws_s3_bucket_policy").values()
    )
    cloudfront = [
        each
        for each in statements(buckets)
        if "cloudfront.amazonaws.com" in str(each["Principal"].get("Service"))
    ]
    assert any("s3:ListBucket" in each["Action"] for each in cloudfront)


@unmended("S6", "an instance may overwrite the static files of every release")
def test_instances_only_read_static_files(prod: Tiers) -> None:
    roles = prod["application"].resources("aws_iam_role_policy").values()
    for each in statements(roles):
        if "/object/*" in str(each["Resource"]) and "s3:PutObject" in each["Action"]:
            assert "s3:if-none-match" in str(each.get("Condition"))


@unmended("R1", "who lifts the protection has no last snapshot")
def test_a_database_without_protection_leaves_a_last_snapshot(
    platform_of: Callable[[str], Tiers],
) -> None:
    database = platform_of("dev")["database"].one("aws_db_instance", deletion_protection=False)
    assert not database.get("skip_final_snapshot")


@unmended("R2", "the application runs as the master user")
def test_instances_cannot_read_the_password_of_the_master(prod: Tiers) -> None:
    roles = prod["application"].resources("aws_iam_role_policy").values()
    for each in statements(roles):
        if "secretsmanager:GetSecretValue" in each["Action"]:
            assert "master_user_secret" not in str(each["Resource"])


@unmended("R5", "the next family has to wait until the instance lets go of this one")
def test_the_next_parameter_group_comes_before_this_one_goes(prod: Tiers) -> None:
    group = prod["database"].only("aws_db_parameter_group")
    assert group.get("lifecycle", {}).get("create_before_destroy")


@unmended("A8", "the managed policy reads every parameter of the account")
def test_instances_have_no_policy_that_reads_all_parameters(prod: Tiers) -> None:
    attached = prod["application"].resources("aws_iam_role_policy_attachment").values()
    assert not any("AmazonSSMManagedInstanceCore" in each["policy_arn"] for each in attached)


@unmended("A17", "another VPC or protocol ends in DuplicateTargetGroupName")
def test_the_next_target_group_has_a_name_of_its_own(prod: Tiers) -> None:
    group = prod["application"].only("aws_lb_target_group")
    assert group["lifecycle"]["create_before_destroy"]
    assert not group["name"].endswith(f"app-{group['port']}")


@unmended("M1", "AWS Backup has no such event")
def test_a_failed_backup_is_told_by_what_tells_it(prod: Tiers) -> None:
    notifications = prod["audit"].only("aws_backup_vault_notifications")
    assert "BACKUP_JOB_FAILED" not in notifications["backup_vault_events"]


@unmended("M2", "so few samples a minute leave the state as it is")
def test_percentiles_are_of_periods_with_samples(prod: Tiers) -> None:
    for each in prod["monitoring"].resources("aws_cloudwatch_metric_alarm").values():
        if each.get("extended_statistic"):
            assert each["period"] >= 300
