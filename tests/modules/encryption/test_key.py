import pytest

from config import Naming
from modules.encryption.key import EncryptionKey
from modules.policy import Statement
from tests.synthesized import policy, synthesize


def test_a_key_rotates_and_is_hard_to_lose(naming: Naming) -> None:
    use = Statement(sid="Use", actions=["kms:Decrypt"], resources=["*"], principals={"AWS": "*"})
    stack = synthesize(
        lambda stack: EncryptionKey(
            stack, "data", naming=naming, purpose="data", description="Data", grants=[use]
        )
    )
    assert stack.has(
        "aws_kms_key", enable_key_rotation=True, deletion_window_in_days=30, description="Data"
    )
    assert stack.has("aws_kms_alias", name="alias/prod-349081-data")
    statements = policy(stack.only("aws_kms_key")["policy"])
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    assert statements["AdministerThroughIam"]["Principal"] == root
    assert set(statements) == {"AdministerThroughIam", "Use"}


@pytest.mark.parametrize("kept", [True, False])
def test_a_key_stays_while_what_it_encrypts_does(naming: Naming, kept: bool) -> None:
    stack = synthesize(
        lambda stack: EncryptionKey(
            stack, "data", naming=naming, purpose="data", description="Data", kept=kept
        )
    )
    lifecycle = stack.only("aws_kms_key").get("lifecycle", {})
    assert lifecycle.get("prevent_destroy", False) is kept
