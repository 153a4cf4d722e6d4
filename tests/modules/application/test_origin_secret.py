import pytest
from cdktf import TerraformOutput, TerraformStack

from config import Naming
from modules.application.origin_secret import OriginSecret
from tests.synthesized import Resource, Synthesized, synthesize

KEY = "arn:aws:kms:us-west-2:123456789012:key/data"


def origin_secret(naming: Naming, version: int = 1, *, recoverable: bool = True) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        secret = OriginSecret(
            stack,
            "origin-secret",
            naming=naming,
            kms_key_arn=KEY,
            version=version,
            recoverable=recoverable,
        )
        TerraformOutput(stack, "sent", value=[secret.secret_arn, secret.version_id])
        TerraformOutput(stack, "accepted", value=secret.accepted_values, sensitive=True)

    return synthesize(build)


def versions(stack: Synthesized) -> dict[str, Resource]:
    stored = stack.resources("aws_secretsmanager_secret_version").items()
    return {"odd" if "odd" in id_ else "even": version for id_, version in stored}


def test_aws_makes_the_value_and_no_file_holds_it(naming: Naming) -> None:
    stack = origin_secret(naming)
    for value in stack.parsed["ephemeral"]["aws_secretsmanager_random_password"].values():
        assert value == {"password_length": 48, "exclude_punctuation": True}
    for version in versions(stack).values():
        assert version["secret_string_wo"].startswith("${ephemeral.")
        assert "secret_string" not in version


def test_secrets_are_encrypted_named_and_recoverable(naming: Naming) -> None:
    stack = origin_secret(naming)
    for parity in ("odd", "even"):
        assert stack.has(
            "aws_secretsmanager_secret",
            name=f"prod-349081-origin-{parity}",
            kms_key_id=KEY,
            recovery_window_in_days=30,
        )


def test_disposable_secrets_go_at_once(naming: Naming) -> None:
    stack = origin_secret(naming, recoverable=False)
    for secret in stack.resources("aws_secretsmanager_secret").values():
        assert secret["recovery_window_in_days"] == 0


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_new_version_rewrites_the_secret_that_is_not_in_use(naming: Naming, version: int) -> None:
    before, after = (versions(origin_secret(naming, each)) for each in (version, version + 1))
    rewritten = {parity for parity in before if before[parity] != after[parity]}
    assert rewritten == {"even" if version % 2 else "odd"}


@pytest.mark.parametrize(("version", "parity"), [(1, "odd"), (2, "even"), (3, "odd")])
def test_the_newest_value_is_sent_and_the_one_before_it_accepted_too(
    naming: Naming, version: int, parity: str
) -> None:
    outputs = origin_secret(naming, version).parsed["output"]
    assert all(f"origin-{parity}" in each for each in outputs["sent"]["value"])
    odd, even = outputs["accepted"]["value"]
    assert "stored-odd" in odd
    assert "stored-even" in even
