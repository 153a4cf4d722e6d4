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


@unmended("R2", "the application runs as the master user")
def test_instances_cannot_read_the_password_of_the_master(prod: Tiers) -> None:
    roles = prod["application"].resources("aws_iam_role_policy").values()
    for each in statements(roles):
        if "secretsmanager:GetSecretValue" in each["Action"]:
            assert "master_user_secret" not in str(each["Resource"])
