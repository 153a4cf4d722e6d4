"""The command: its files and its exit codes."""

import json
from datetime import date
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.review.command import ReviewCommand, ReviewRequest
from tests.automation.consoles import Consoles
from tests.automation.review.reviewing import RECORDED, TODAY, recorded


def run(
    folder: Path,
    *,
    as_json: bool = False,
    approvals: Path | None = None,
    diagram: Path | None = None,
    environment: str = "prod",
) -> tuple[int, Consoles]:
    consoles = Consoles()
    request = ReviewRequest(
        environment=environment,
        plans=folder,
        out=folder / "out",
        as_json=as_json,
        today=lambda: TODAY,
        expected=("platform", "edge"),
        approvals=approvals,
        diagram=diagram,
    )
    return ReviewCommand(
        request, console=consoles.console, progress=consoles.progress
    ).run(), consoles


def folder_of(tmp_path: Path, name: str) -> Path:
    (tmp_path / "platform.json").write_text(json.dumps(recorded(name)))
    return tmp_path


def test_a_blocking_change_ends_with_3(tmp_path: Path) -> None:
    code, consoles = run(folder_of(tmp_path, "deletion_protection_off"))
    assert code == 3
    assert consoles.lines == [
        "update platform: aws_db_instance.mysql_primary",
        "    deletion protection is switched off: the next plan can destroy it",
        "Not reviewed, as there is no plan of them: edge",
        "1 to update; 1 blocking; 2 unchanged",
        "Blocked: a blocking change needs an entry in approvals.toml: see "
        f"{tmp_path / 'out' / 'review.html'}",
    ]
    found = json.loads((tmp_path / "out" / "review.json").read_text())
    (change,) = found["stacks"][0]["changes"]
    assert found["verdict"] == "blocked"
    assert (change["action"], change["risk"]) == ("update", "blocking")
    assert change["attributes"] == [
        {
            "name": "deletion_protection",
            "old": True,
            "new": False,
            "forces_replacement": False,
            "undoes_drift": False,
        }
    ]
    assert "deletion_protection = true" in (tmp_path / "out" / "review.md").read_text()
    assert "<!doctype html>" in (tmp_path / "out" / "review.html").read_text()


def test_an_approval_lets_it_pass(tmp_path: Path) -> None:
    approvals = tmp_path / "approvals.toml"
    approvals.write_text(
        '[[approval]]\naddress = "aws_db_instance.mysql_primary"\nstack = "platform"\n'
        f'until = {date(2026, 12, 1)}\nreason = "it goes away"\n'
    )
    code, consoles = run(folder_of(tmp_path, "deletion_protection_off"), approvals=approvals)
    assert code == 0
    assert consoles.lines[-1].startswith("All blocking changes approved: see ")
    found = json.loads((tmp_path / "out" / "review.json").read_text())
    assert found["approvals"]["used"][0]["until"] == "2026-12-01"


def test_json_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, consoles = run(folder_of(tmp_path, "tag_only"), as_json=True)
    assert code == 0
    assert consoles.lines == []
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((tmp_path / "out" / "review.json").read_text())
    assert said["risks"] == {"blocking": 0, "careful": 0, "routine": 1}
    assert said["actions"]["no-op"] == 2


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no folder"):
        run(tmp_path / "nothing")
    with pytest.raises(UserError, match="cannot be read"):
        run(RECORDED, approvals=tmp_path / "nothing")
    with pytest.raises(UserError, match="cannot be read"):
        run(RECORDED, diagram=tmp_path / "nothing")
    folder_of(tmp_path, "tag_only")
    (tmp_path / "out").write_text("a file")
    with pytest.raises(
        UserError, match=r"^--out: received .*/out; give a folder .*/out is no folder$"
    ):
        run(tmp_path)


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--env: received 'nope'; set --env to one of: "):
        run(folder_of(tmp_path, "tag_only"), environment="nope")
    assert not (tmp_path / "out").exists()
