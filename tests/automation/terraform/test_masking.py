import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.masking import MASK, Mask

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
mask = Mask({"AWS_SECRET_ACCESS_KEY": SECRET, "TF_VAR_password": "correct-horse", "HOME": "/home"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"the key {SECRET} is wrong", "the key *** is wrong"),
        ("the password is correct-horse!", "the password is ***!"),
        ("credentials AKIAIOSFODNN7EXAMPLE expired", "credentials *** expired"),
        (
            '{"MasterUserPassword": "hunter2", "Port": 1}',
            '{"MasterUserPassword": "***", "Port": 1}',
        ),
        ("password=hunter2, port=1", "password=***, port=1"),
        ("secret_key: abc", "secret_key: ***"),
        ("aws_secretsmanager_secret.app in /home", "aws_secretsmanager_secret.app in /home"),
    ],
)
def test_secrets_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(), st.text())
def test_the_users_secrets_never_pass(before: str, after: str) -> None:
    assert SECRET not in mask(before + SECRET + after)


def test_values_are_masked_wherever_they_are() -> None:
    value = {"a": [f"x {SECRET}", 1, None], "b": {"c": ("AKIAIOSFODNN7EXAMPLE", True)}}
    assert mask.within(value) == {"a": [f"x {MASK}", 1, None], "b": {"c": [MASK, True]}}
