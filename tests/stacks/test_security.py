from collections.abc import Callable

import pytest

from tests.conftest import Tiers
from tests.synthesized import Resource, policy

ACCOUNT = "123456789012"


def key_policy(prod: Tiers, purpose: str) -> dict[str, Resource]:
    key = prod["security"].one("aws_kms_key", tags={"Name": f"prod-349081-{purpose}"})
    return policy(key["policy"])


@pytest.mark.parametrize("purpose", ["data", "storage", "logs", "alarms", "global-logs"])
def test_there_is_a_key_with_an_alias_for_each_purpose(prod: Tiers, purpose: str) -> None:
    assert prod["security"].has("aws_kms_alias", name=f"alias/prod-349081-{purpose}")
    assert "AdministerThroughIam" in key_policy(prod, purpose)


def test_keys_of_global_services_are_in_us_east_1(prod: Tiers) -> None:
    key = prod["security"].one("aws_kms_key", tags={"Name": "prod-349081-global-logs"})
    assert key["provider"] == "aws.global"
    statement = key_policy(prod, "global-logs")["EncryptLogGroups"]
    assert statement["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}


def test_instances_launch_without_naming_a_role_that_may_not_exist(prod: Tiers) -> None:
    grant = key_policy(prod, "data")["GrantThroughServices"]
    assert grant["Action"] == ["kms:CreateGrant"]
    equals = grant["Condition"]["StringEquals"]
    assert "ec2.us-west-2.amazonaws.com" in equals["kms:ViaService"]
    assert equals["kms:CallerAccount"] == ACCOUNT
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_nobody_uses_the_data_key_for_secrets_without_a_policy_of_their_own(prod: Tiers) -> None:
    # Any principal of the account is let in by these; who may read secrets is named elsewhere.
    for sid in ("UseThroughServices", "GrantThroughServices"):
        services = key_policy(prod, "data")[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        assert services == [f"{each}.us-west-2.amazonaws.com" for each in ("backup", "ec2", "rds")]


def test_cloudfront_decrypts_by_its_distribution_s_arn_alone(prod: Tiers) -> None:
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    assert key_policy(prod, "storage")["ReadForDistributions"]["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"}
    }


def test_log_groups_of_this_account_alone_are_encrypted(prod: Tiers) -> None:
    statement = key_policy(prod, "logs")["EncryptLogGroups"]
    assert statement["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:*"
    }


@pytest.mark.parametrize("purpose", ["data", "storage", "logs", "alarms", "global-logs"])
def test_nobody_outside_the_account_is_let_in(prod: Tiers, purpose: str) -> None:
    for statement in key_policy(prod, purpose).values():
        principal = statement["Principal"]
        if "Service" in principal or principal["AWS"] == "*":
            assert ACCOUNT in str(statement["Condition"])


def test_the_key_of_the_database_outlives_it_where_a_last_snapshot_does(
    platform_of: Callable[[str], Tiers],
) -> None:
    for environment, kept in (("prod", ["data"]), ("dev", [])):
        keys = platform_of(environment)["security"].resources("aws_kms_key").values()
        found = [each["tags"]["Name"] for each in keys if each.get("lifecycle")]
        assert found == [f"{environment}-349081-{purpose}" for purpose in kept]
