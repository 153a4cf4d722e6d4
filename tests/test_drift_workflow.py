"""The workflow that looks for drift opens one issue, and closes it once the drift is gone."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.actions import commands, steps, workflow
from tests.processes import run
from tests.test_workflows import ROOT

# Answers as GitHub does, by the issues that are open, and keeps what it is asked and given.
GH = """\
#!/bin/sh
echo "$1 $2 $3 $4" >> "$ASKED"
if [ "$2" = list ]; then
  # As gh: the last argument is what `--jq` is given.
  for last; do :; done
  echo "$OPEN" | jq --raw-output "$last"
else cat body.md >> "$ASKED" 2>/dev/null || true; fi
"""
# Prints as `drift` does, and ends as it does.
PYTHON = """\
#!/bin/sh
echo 'prod: drift: ```network```'
exit "$CODE"
"""


def issue(number: int, title: str = "Drift in prod", author: str = "app/github-actions") -> object:
    """As gh tells of it: a bot is an app by name."""
    return {"number": number, "title": title, "author": {"is_bot": True, "login": author}}


# None of them is its own, though each looks like it.
OTHERS = [issue(1, author="somebody"), issue(2, "Drift in prod, too"), issue(3, "Drift in dev")]


def script(name: str) -> str:
    found: list[str] = [each["run"] for each in steps("drift.yml") if each.get("name") == name]
    (only,) = found
    return only


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (2, 0), (1, 1), (130, 1)])
def test_only_drift_is_taken_for_drift(tmp_path: Path, code: int, ends: int) -> None:
    program(tmp_path / ".venv/bin/python", PYTHON)
    output, summary = tmp_path / "output", tmp_path / "summary"
    finished = run(
        "bash",
        "-eo",
        "pipefail",
        "-c",
        script("Look"),
        folder=tmp_path,
        CODE=str(code),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert finished.returncode == ends
    # What was found is on the run's page, even when something failed.
    assert summary.read_text() == "    prod: drift: ```network```\n"
    assert (output.read_text() if output.exists() else "") == ("" if ends else f"found={code}\n")


@pytest.mark.parametrize(
    ("found", "already", "done"),
    [
        ("2", [], "issue create --title Drift in prod"),
        ("2", [issue(7)], "issue edit 7 --body-file"),
        ("0", [issue(7)], "issue close 7 --comment"),
        ("0", [], ""),
    ],
)
def test_there_is_one_issue_while_there_is_drift(
    tmp_path: Path, found: str, already: list[object], done: str
) -> None:
    program(tmp_path / "bin/gh", GH)
    (tmp_path / "drift.md").write_text("    prod: drift: network\n")
    asked = tmp_path / "asked"
    finished = run(
        "bash",
        "-eo",
        "pipefail",
        "-c",
        script("Tell"),
        folder=tmp_path,
        FOUND=found,
        OPEN=json.dumps(OTHERS + already),
        ASKED=str(asked),
        TITLE="Drift in prod",
        RUN="https://github.com/owner/name/actions/runs/1",
        PATH=f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
    )
    assert finished.returncode == 0, finished.stderr
    listed, *rest = asked.read_text().splitlines()
    assert listed == "issue list --state open"
    assert rest[:1] == ([done] if done else [])
    if found == "2":
        assert "as of https://github.com/owner/name/actions/runs/1:" in rest[1]
        assert rest[-1] == "    prod: drift: network"


def test_it_is_on_a_schedule_and_changes_nothing() -> None:
    assert workflow("drift.yml")["on"]["schedule"] == [{"cron": "43 4 * * *"}]
    assert commands("drift.yml") == [["drift", ">", "drift.txt", "||", "code=$?"]]


def test_nobody_owns_code_until_somebody_is_named() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    assert all(not line or line.startswith("#") for line in lines)
    meant = [found[1] for line in lines if (found := re.match(r"# /(\S+) +@\S+$", line))]
    assert meant == ["approvals.toml", "policy-exceptions.toml", "environments/", ".github/"]
