from typing import Any

import pytest

from tests.automation.review.reviewing import only, update

TOKENS = "iam_database_authentication_enabled"
AUDIT = [{"option_name": "MARIADB_AUDIT_PLUGIN"}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            update("aws_db_instance", {TOKENS: False}, **{TOKENS: True}),
            "policies of IAM decide, too, who gets into the database",
        ),
        (
            update("aws_db_instance", {TOKENS: True}, **{TOKENS: False}),
            "who signs in to the database with a token of IAM gets in no more",
        ),
        (
            update("aws_db_option_group", {"option": AUDIT}, option=[]),
            "the database has other options: what its audit log names, for one",
        ),
    ],
)
def test_what_a_database_lets_in_and_writes_down_is_careful(
    change: dict[str, Any], reason: str
) -> None:
    found = only(change)
    assert (found.risk, found.reasons) == ("careful", (reason,))
