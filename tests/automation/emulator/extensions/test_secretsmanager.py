from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


def test_a_secret_can_be_replaced_after_a_rotation(emulator: Emulator) -> None:
    client = emulator.client("secretsmanager")
    arn = client.create_secret(Name="rotated", SecretString="first")["ARN"]
    pending = ["AWSPENDING"]
    made = client.put_secret_value(SecretId=arn, SecretString="second", VersionStages=pending)
    stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    (before,) = (id_ for id_, names in stages.items() if "AWSCURRENT" in names)
    client.update_secret_version_stage(
        SecretId=arn,
        VersionStage="AWSCURRENT",
        MoveToVersionId=made["VersionId"],
        RemoveFromVersionId=before,
    )
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "second"
    client.put_secret_value(SecretId=arn, SecretString="third")
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "third"
    stages = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    assert sum("AWSCURRENT" in names for names in stages.values()) == 1


def test_a_name_is_free_when_the_recovery_window_is_over(emulator: Emulator) -> None:
    client, secret = emulator.client("secretsmanager"), {"Name": "recovered", "SecretString": "x"}
    client.create_secret(**secret)
    code, _ = refusal(client.create_secret, **secret)
    assert code == "ResourceExistsException"
    client.delete_secret(SecretId="recovered", RecoveryWindowInDays=7)
    assert refusal(client.create_secret, **secret) == (
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for"
        " deletion.",
    )
    marked = (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
    assert refusal(client.get_secret_value, SecretId="recovered") == marked
    assert refusal(client.put_secret_value, SecretId="recovered", SecretString="y") == marked
    assert client.describe_secret(SecretId="recovered")["DeletedDate"]
    client.restore_secret(SecretId="recovered")
    client.put_secret_value(SecretId="recovered", SecretString="y")
    client.delete_secret(SecretId="recovered", ForceDeleteWithoutRecovery=True)
    client.create_secret(**secret)
