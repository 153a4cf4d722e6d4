"""Servers of one machine leave each other's files alone."""

import tempfile
from pathlib import Path

import pytest

from automation.app.database import MariaDb


def test_a_server_leaves_the_temporary_tables_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("TMPDIR", str(shared))
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    of_another = shared / "#sql-temptable-1-1-1.MAI"
    of_another.touch()
    with MariaDb(tmp_path / "database") as database:
        assert database.administer("SELECT 1").strip() == "1"
    assert of_another.exists()
