import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused


@pytest.mark.parametrize(
    ("service", "code", "value"),
    [("vpc", "L-F678F1CE", 5), ("ec2", "L-1216C47A", 5), ("ec2", "L-0263D0A3", 5)],
)
def test_a_new_account_has_the_default_quotas(
    service: str, code: str, value: float, emulator: Emulator
) -> None:
    asked = {"ServiceCode": service, "QuotaCode": code}
    quotas = emulator.client("service-quotas", region="eu-west-1")
    assert quotas.get_service_quota(**asked)["Quota"]["Value"] == value
    assert quotas.get_aws_default_service_quota(**asked)["Quota"]["Value"] == value


def test_increases_are_granted_at_once_and_in_their_region(emulator: Emulator) -> None:
    quotas = emulator.client("service-quotas", region="eu-west-1")
    asked = {"ServiceCode": "ec2", "QuotaCode": "L-34B43A08"}
    made = quotas.request_service_quota_increase(**asked, DesiredValue=64)["RequestedQuota"]
    assert (made["Status"], made["DesiredValue"]) == ("APPROVED", 64)
    assert quotas.get_service_quota(**asked)["Quota"]["Value"] == 64
    assert quotas.get_aws_default_service_quota(**asked)["Quota"]["Value"] == 5
    elsewhere = emulator.client("service-quotas", region="eu-west-2")
    assert elsewhere.get_service_quota(**asked)["Quota"]["Value"] == 5


def test_some_quotas_have_their_default_only(emulator: Emulator) -> None:
    quotas = emulator.client("service-quotas", region="eu-west-1")
    asked = {"ServiceCode": "rds", "QuotaCode": "L-7B6409FD"}
    assert refused(quotas.get_service_quota, **asked) == "NoSuchResourceException"
    assert quotas.get_aws_default_service_quota(**asked)["Quota"]["Value"] == 40
    quotas.request_service_quota_increase(**asked, DesiredValue=50)
    assert quotas.get_service_quota(**asked)["Quota"]["Value"] == 50


def test_what_does_not_exist_has_no_quota(emulator: Emulator) -> None:
    quotas = emulator.client("service-quotas")
    asked = {"ServiceCode": "ec2", "QuotaCode": "L-00000000"}
    assert refused(quotas.get_aws_default_service_quota, **asked) == "NoSuchResourceException"
