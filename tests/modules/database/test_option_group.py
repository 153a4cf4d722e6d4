from typing import Any

import pytest

from config import Naming
from config.database import Database
from modules.database.option_group import OptionGroup
from tests.synthesized import synthesize


def option_group(naming: Naming, **changes: Any) -> dict[str, Any]:
    database = Database(**changes)
    stack = synthesize(lambda stack: OptionGroup(stack, "group", naming=naming, database=database))
    group: dict[str, Any] = stack.only("aws_db_option_group")
    return group


def test_who_connects_and_what_changes_tables_and_rights_is_audited(naming: Naming) -> None:
    group = option_group(naming)
    assert (group["engine_name"], group["major_engine_version"]) == ("mysql", "8.4")
    (option,) = group["option"]
    assert option["option_name"] == "MARIADB_AUDIT_PLUGIN"
    assert option["option_settings"] == [
        {"name": "SERVER_AUDIT_EVENTS", "value": "CONNECT,QUERY_DDL,QUERY_DCL"}
    ]


def test_without_the_audit_log_the_group_is_empty_and_stays(naming: Naming) -> None:
    assert not option_group(naming, audit_log=False).get("option")


@pytest.mark.parametrize("kept", [True, False])
def test_the_group_outlives_the_database_as_long_as_a_snapshot_may_have_it(
    naming: Naming, kept: bool
) -> None:
    assert option_group(naming, final_snapshot=kept)["skip_destroy"] is kept


def test_each_group_has_another_name_and_is_made_before_the_last_one_goes(naming: Naming) -> None:
    group = option_group(naming)
    assert group["name_prefix"] == "prod-349081-mysql84-"
    assert "name" not in group
    assert group["lifecycle"]["create_before_destroy"] is True
