"""Calls that break AWS's rules for their parameters are refused with AWS's code and message."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from tests.automation.emulator.calls import careless


class Case(NamedTuple):
    service: str
    call: str
    parameters: dict[str, Any]
    code: str
    said: str


_REFUSED: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "shared"},
     "InvalidParameterValue", "Value (shared) for parameter instanceTenancy is invalid. It must"),
    ("ec2", "create_subnet", {"CidrBlock": "10.0.0.0/24"},
     "MissingParameter", "The request must contain the parameter vpcId"),
    ("logs", "create_log_group", {"logGroupName": "a name"},
     "InvalidParameterException", "pattern: [\\.\\-_/#A-Za-z0-9]+"),
    ("logs", "put_retention_policy", {"logGroupName": "a", "retentionInDays": 31},
     "InvalidParameterException", "Value '31' at 'retentionInDays'"),
    ("kms", "create_key", {"KeySpec": "AES"},
     "ValidationException", "Value 'AES' at 'keySpec'"),
    ("kms", "schedule_key_deletion", {"KeyId": "a", "PendingWindowInDays": 366},
     "ValidationException", "Member must have value less than or equal to 365"),
    ("iam", "create_role", {"RoleName": "a" * 65, "AssumeRolePolicyDocument": "{}"},
     "ValidationError", "Member must have length less than or equal to 64"),
    ("rds", "create_db_instance", {"DBInstanceClass": "db.t4g.micro", "Engine": "mysql"},
     "InvalidParameterValue", "The parameter DBInstanceIdentifier must be provided and must not"),
    ("rds", "create_db_instance",
     {"DBInstanceIdentifier": "a--b", "DBInstanceClass": "db.t4g.micro", "Engine": "mysql"},
     "InvalidParameterValue", "Value 'a--b' at 'dBInstanceIdentifier'"),
    ("elbv2", "create_target_group", {"Name": "a", "HealthCheckTimeoutSeconds": 121},
     "ValidationError", "Member must have value less than or equal to 120"),
    ("wafv2", "create_ip_set",
     {"Name": "a b", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []},
     "WAFInvalidParameterException", "Value 'a b' at 'name'"),
    ("secretsmanager", "create_secret", {"Name": "", "SecretString": "s"},
     "InvalidParameterException", "Member must have length greater than or equal to 1"),
    ("autoscaling", "delete_auto_scaling_group", {"AutoScalingGroupName": ""},
     "ValidationError", "'autoScalingGroupName'"),
    ("cloudfront", "create_origin_access_control",
     {"OriginAccessControlConfig": {"Name": "a", "SigningProtocol": "sigv4",
      "SigningBehavior": "sometimes", "OriginAccessControlOriginType": "s3"}},
     "InvalidArgument", "Value 'sometimes' at 'originAccessControlConfig.signingBehavior'"),
    ("route53", "create_hosted_zone", {"Name": "a.example", "CallerReference": ""},
     "InvalidInput", "'callerReference'"),
)  # fmt: skip


@pytest.mark.parametrize(
    "case", [Case(*each) for each in _REFUSED], ids=lambda case: f"{case.service}-{case.call}"
)
def test_a_call_that_breaks_a_rule_is_refused(emulator: Emulator, case: Case) -> None:
    with pytest.raises(ClientError) as refusal:
        getattr(careless(emulator, case.service), case.call)(**case.parameters)
    error = refusal.value.response["Error"]
    assert error["Code"] == case.code
    assert case.said in error["Message"]


def test_all_breaches_are_told_at_once(emulator: Emulator) -> None:
    with pytest.raises(ClientError, match=r"2 validation errors detected: .*keyUsage.*; .*keySpec"):
        careless(emulator, "kms").create_key(KeySpec="AES", KeyUsage="SHOW")


def test_a_secret_value_is_not_repeated(emulator: Emulator) -> None:
    with pytest.raises(ClientError) as refusal:
        careless(emulator, "secretsmanager").create_secret(Name="a", SecretString="")
    assert "'***' at 'secretString'" in str(refusal.value)


def test_a_lenient_emulator_accepts_it(lenient: Emulator) -> None:
    made = careless(lenient, "kms").create_key(KeyUsage="SHOW")
    assert made["KeyMetadata"]["KeyUsage"] == "SHOW"


@pytest.fixture
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("lenient")
    emulator = Emulator(
        account_id="123456789012", region="us-west-2", workspace=folder, lenient=True
    )
    with emulator as started:
        yield started
