import json
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


def pending_key(emulator: Emulator) -> dict[str, Any]:
    kms = emulator.client("kms")
    made: dict[str, Any] = kms.create_key()["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
    return made


def test_a_key_that_is_being_deleted_serves_nobody(emulator: Emulator) -> None:
    kms = emulator.client("kms")
    key = kms.create_key()["KeyMetadata"]
    ciphertext = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    alias = f"alias/{key['KeyId']}"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    refused = ("KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    calls = (
        (kms.encrypt, {"KeyId": alias, "Plaintext": b"x"}),
        (kms.decrypt, {"CiphertextBlob": ciphertext}),
        (kms.generate_data_key, {"KeyId": key["Arn"], "KeySpec": "AES_256"}),
        (kms.create_alias, {"AliasName": f"{alias}-2", "TargetKeyId": key["KeyId"]}),
        (kms.enable_key_rotation, {"KeyId": key["KeyId"]}),
        (kms.schedule_key_deletion, {"KeyId": key["KeyId"]}),
    )
    for call, arguments in calls:
        assert refusal(call, **arguments) == refused
    described = kms.describe_key(KeyId=alias)["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"
    kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"
    kms.delete_alias(AliasName=alias)
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


@pytest.mark.parametrize(
    ("service", "call", "arguments", "parameter", "code"),
    [
        (
            "secretsmanager",
            "create_secret",
            {"Name": "without-key", "SecretString": "x"},
            "KmsKeyId",
            "EncryptionFailure",
        ),
        (
            "logs",
            "create_log_group",
            {"logGroupName": "/without-key"},
            "kmsKeyId",
            "InvalidParameterException",
        ),
        (
            "rds",
            "create_db_instance",
            {
                "DBInstanceIdentifier": "without-key",
                "Engine": "mysql",
                "DBInstanceClass": "db.t4g.micro",
                "AllocatedStorage": 20,
                "MasterUsername": "admin",
                "ManageMasterUserPassword": True,
                "StorageEncrypted": True,
            },
            "KmsKeyId",
            "KMSKeyNotAccessibleFault",
        ),
    ],
)
def test_nothing_new_gets_a_key_that_is_being_deleted(  # noqa: PLR0917
    emulator: Emulator,
    service: str,
    call: str,
    arguments: dict[str, Any],
    parameter: str,
    code: str,
) -> None:
    act = getattr(emulator.client(service), call)
    assert refusal(act, **arguments, **{parameter: pending_key(emulator)["Arn"]})[0] == code
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    sound = emulator.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    act(**arguments, **{parameter: sound})
