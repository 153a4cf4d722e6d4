import pytest

from config import Naming
from config.database import Database
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
    assert {each["name"]: each["value"] for each in group["parameter"]} == {
        "general_log": expected,
        "log_output": "FILE",
        "long_query_time": "0.5",
        "require_secure_transport": "1",
        "slow_query_log": "1",
    }
