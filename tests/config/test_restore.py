"""What a restored database is asked is a single SELECT, and what it shall answer a comparison."""

from typing import Any

import pytest

from config import ConfigError
from config.restore import meets
from tests.config.test_database import parsed

PLACE = "database.restore.checks[0]"


def refusal(**check: Any) -> str:
    checks = [{"name": "it", "sql": "SELECT 1", **check}]
    with pytest.raises(ConfigError) as fault:
        parsed(database={"restore": {"checks": checks}})
    return str(fault.value)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT COUNT(*) FROM messages",
        "select max(id) from `into`",
        "SELECT 'a; b -- c' FROM t WHERE note = \"it's # 1\"",
        "\nSELECT COUNT(*)\nFROM t\nWHERE id IN (SELECT id FROM u)",
        "SELECT 'it''s', 'a\\'b;'",
    ],
)
def test_one_select_is_taken_as_it_stands(sql: str) -> None:
    settings = parsed(database={"restore": {"checks": [{"name": "it", "sql": sql}]}})
    (check,) = settings.database.restore.checks
    assert (check.sql, check.expect) == (sql, ">= 1")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM messages", "it has to begin with SELECT"),
        ("WITH x AS (SELECT 1) DELETE FROM t", "it has to begin with SELECT"),
        ("SELECTED", "it has to begin with SELECT"),
        ("SELECT 1; DROP TABLE messages", "leave out the semicolon"),
        ("SELECT 1;", "leave out the semicolon"),
        ("SELECT 1 -- it", "leave out comments"),
        ("SELECT /*! SLEEP(9) */ 1", "leave out comments"),
        ("SELECT 1 # it", "leave out comments"),
        ("SELECT '1", "a quote is left open"),
        ("SELECT 'x' INTO OUTFILE '/tmp/x'", "leave out INTO"),
        ("SELECT id FROM t FOR  UPDATE", "leave out FOR UPDATE"),
        ("SELECT id FROM t LOCK IN SHARE MODE", "leave out LOCK IN"),
    ],
)
def test_anything_else_is_refused(sql: str, said: str) -> None:
    line = refusal(sql=sql)
    assert f"{PLACE}.sql" in line
    assert said in line


@pytest.mark.parametrize(
    ("expect", "said"),
    [("", "begin with one of"), ("1", "begin with one of"), ("> many", "many is no number")],
)
def test_an_expectation_is_a_comparison(expect: str, said: str) -> None:
    line = refusal(expect=expect)
    assert f"{PLACE}.expect" in line
    assert said in line


def test_two_checks_have_two_names() -> None:
    checks = [{"name": "it", "sql": "SELECT 1"}, {"name": "it", "sql": "SELECT 2"}]
    with pytest.raises(ConfigError) as fault:
        parsed(database={"restore": {"checks": checks}})
    assert "database.restore.checks[1].name" in str(fault.value)
    assert "choose another name" in str(fault.value)


@pytest.mark.parametrize(
    ("found", "expected", "met"),
    [
        ("1", ">= 1", True),
        ("0", ">= 1", False),
        ("10", ">= 9", True),
        ("1.5", "> 1", True),
        ("1", "> 1", False),
        ("2", "<= 2", True),
        ("3", "< 3", False),
        ("x", "= x", True),
        ("x", "!= x", False),
        ("y", "!= x", True),
        ("a word", ">= 1", False),
        ("NaN", ">= 1", False),
        (None, ">= 0", False),
        (None, "!= x", False),
    ],
)
def test_answers_are_compared(found: str | None, expected: str, met: bool) -> None:
    assert meets(found, expected) is met
