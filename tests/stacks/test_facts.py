"""What AWS, and the emulated account, would make of the platform, until it is mended: by fact.

Each is a strict expected failure: whoever mends it takes the mark away. Others are in
`tests/changes/catalogue.py`, `tests/automation/iam` and `tests/automation/emulator/extensions`.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.conftest import Tiers
from tests.synthesized import Resource, policy


def unmended(fact: str, why: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=f"{fact}: {why}")


def statements(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """The statements of policies."""
    return [each for one in resources for each in policy(one["policy"]).values()]


@unmended("S6", "an instance may overwrite the static files of every release")
def test_instances_only_read_static_files(prod: Tiers) -> None:
    roles = prod["application"].resources("aws_iam_role_policy").values()
    for each in statements(roles):
        if "/object/*" in str(each["Resource"]) and "s3:PutObject" in each["Action"]:
            assert "s3:if-none-match" in str(each.get("Condition"))


@unmended("R2", "the application runs as the master user")
def test_instances_cannot_read_the_password_of_the_master(prod: Tiers) -> None:
    roles = prod["application"].resources("aws_iam_role_policy").values()
    for each in statements(roles):
        if "secretsmanager:GetSecretValue" in each["Action"]:
            assert "master_user_secret" not in str(each["Resource"])


@unmended("A8", "the managed policy reads every parameter of the account")
def test_instances_have_no_policy_that_reads_all_parameters(prod: Tiers) -> None:
    attached = prod["application"].resources("aws_iam_role_policy_attachment").values()
    assert not any("AmazonSSMManagedInstanceCore" in each["policy_arn"] for each in attached)


@unmended("M1", "AWS Backup has no such event")
def test_a_failed_backup_is_told_by_what_tells_it(prod: Tiers) -> None:
    notifications = prod["audit"].only("aws_backup_vault_notifications")
    assert "BACKUP_JOB_FAILED" not in notifications["backup_vault_events"]


@unmended("M2", "so few samples a minute leave the state as it is")
def test_percentiles_are_of_periods_with_samples(prod: Tiers) -> None:
    for each in prod["monitoring"].resources("aws_cloudwatch_metric_alarm").values():
        if each.get("extended_statistic"):
            assert each["period"] >= 300
