from typing import Any

import pytest

from config import Settings, parse

MINIMAL: dict[str, Any] = {
    "app_id": "349081",
    "account_id": "123456789012",
    "region": "us-west-2",
    "domain": "example.com",
}


def parsed(**changes: Any) -> Settings:
    return parse({**MINIMAL, **changes}, "prod", "prod.toml")


def test_replicas_with_a_password_of_their_own_are_fine() -> None:
    database = {"read_replicas": 2, "managed_password": False}
    settings = parsed(database=database)
    assert settings.database.read_replicas == 2


def test_the_storage_alarm_may_be_just_below_where_rds_grows_the_storage() -> None:
    changes = {
        "database": {"allocated_storage_gib": 101},
        "monitoring": {"thresholds": {"database_free_storage_gib": 10}},
    }
    settings = parsed(**changes)
    assert settings.free_storage_alarm_gib == 10


@pytest.mark.parametrize(
    ("allocated", "gib"), [(20, 1), (30, 1.5), (100, 5), (2000, 100), (59578, 100)]
)
def test_the_storage_alarm_goes_off_at_a_share_of_what_is_allocated(
    allocated: int, gib: float
) -> None:
    storage = {"allocated_storage_gib": allocated, "max_allocated_storage_gib": 65536}
    assert parsed(database=storage).free_storage_alarm_gib == gib


@pytest.mark.parametrize(
    ("database", "logs"),
    [
        ({}, ("audit", "error", "slowquery")),
        ({"general_log": True}, ("audit", "error", "general", "slowquery")),
        ({"audit_log": False}, ("error", "slowquery")),
    ],
)
def test_slow_and_failing_statements_are_always_logged(
    database: dict[str, Any], logs: tuple[str, ...]
) -> None:
    settings = parsed(database=database)
    assert settings.database.exported_logs == logs


def test_a_minor_version_is_pinned_and_the_line_is_not() -> None:
    assert parsed(database={"engine_version": "8.4.7"}).database.pinned
    assert not parsed().database.pinned
