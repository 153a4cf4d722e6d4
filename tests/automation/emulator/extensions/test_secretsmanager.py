from automation.emulator import Emulator


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
