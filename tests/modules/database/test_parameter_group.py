from typing import Any

import pytest

from config import Naming
from config.database import Database
from modules.database import parameter_group
from modules.database.parameter_group import ParameterGroup
from tests.synthesized import synthesize


@pytest.mark.parametrize(("general_log", "expected"), [(True, "1"), (False, "0")])
def test_queries_are_logged_to_files_and_tls_is_required(
    naming: Naming, general_log: bool, expected: str
) -> None:
    database = Database(general_log=general_log, slow_query_seconds=0.5)
    stack = synthesize(
        lambda stack: ParameterGroup(stack, "group", naming=naming, database=database)
    )
    group = stack.only("aws_db_parameter_group")
    assert group["family"] == "mysql8.4"
    assert group["name"].startswith("prod-349081-mysql84-")
    assert group["lifecycle"]["create_before_destroy"] is True
    assert {each["name"]: each["value"] for each in group["parameter"]} == {
        "general_log": expected,
        "log_output": "FILE",
        "long_query_time": "0.5",
        "require_secure_transport": "1",
        "slow_query_log": "1",
    }


@pytest.mark.parametrize(
    ("constant", "another"), [("FAMILY", "mysql9.7"), ("DESCRIPTION", "Something else")]
)
def test_what_replaces_the_group_gives_it_another_name(
    naming: Naming, monkeypatch: pytest.MonkeyPatch, constant: str, another: str
) -> None:
    """Both are there while the instance moves from one to the other."""
    before = group_name(naming)
    monkeypatch.setattr(parameter_group, constant, another)
    assert group_name(naming) != before


def test_what_is_changed_in_place_leaves_the_group_its_name(naming: Naming) -> None:
    assert group_name(naming, general_log=True) == group_name(naming)


def group_name(naming: Naming, **changes: Any) -> str:
    database = Database(**changes)
    stack = synthesize(
        lambda stack: ParameterGroup(stack, "group", naming=naming, database=database)
    )
    name: str = stack.only("aws_db_parameter_group")["name"]
    return name
