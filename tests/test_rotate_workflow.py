"""The pull request of the workflow that rotates the origin's secret."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.actions import commands, steps, workflow
from tests.processes import run

FILE = Path("environments") / "prod.toml"
# Answers as GitHub does, by a number of open pull requests, and keeps what it is asked.
GH = """\
#!/bin/sh
echo "$@" >> "$ASKED"
if [ "$2" = list ]; then echo "$OPEN"; fi
"""


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=us", "-c", "user.email=us@example.com")
    command = ["git", *identity, *words]
    return subprocess.run(  # noqa: S603
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository and its remote, after the version was raised and something else was written."""
    remote, folder = tmp_path / "remote.git", tmp_path / "checkout"
    git(tmp_path, "init", "--bare", "--initial-branch=main", str(remote))
    git(tmp_path, "init", "--initial-branch=main", str(folder))
    (folder / FILE).parent.mkdir()
    for file in (FILE, Path("other")):
        (folder / file).write_text("version = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "--message", "first")
    for file in (FILE, Path("other")):
        (folder / file).write_text("version = 2\n")
    return folder


def propose(checkout: Path, already: int) -> list[str]:
    (script,) = (each["run"] for each in steps("rotate.yml") if each.get("name") == "Propose it")
    programs, asked = checkout.parent / "bin", checkout.parent / "asked"
    programs.mkdir(exist_ok=True)
    (programs / "gh").write_text(GH)
    (programs / "gh").chmod(0o755)
    address = "https://x-access-token:t0ken@github.com/owner/name"
    finished = run(
        "bash",
        "-ec",
        script,
        folder=checkout,
        # Whatever the script does, it does it to this repository.
        GIT_DIR=str(checkout / ".git"),
        GIT_WORK_TREE=str(checkout),
        APP_ENV="prod",
        ASKED=str(asked),
        OPEN=str(already),
        GH_TOKEN="t0ken",
        GITHUB_REPOSITORY="owner/name",
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{checkout.parent / 'remote.git'}.insteadOf",
        GIT_CONFIG_VALUE_0=address,
    )
    assert finished.returncode == 0, finished.stderr
    return asked.read_text().splitlines()


@pytest.mark.parametrize("already", [0, 1])
def test_the_environment_s_file_alone_is_proposed_once(checkout: Path, already: int) -> None:
    listed, *created = propose(checkout, already)
    assert listed.startswith("pr list --head rotate-prod --state open")
    assert [each.split(" --body")[0] for each in created] == [
        "pr create --head rotate-prod --title A new secret between CloudFront and the load "
        "balancer of prod"
    ] * (1 - already)
    changed = git(checkout.parent / "remote.git", "show", "--name-only", "--format=", "rotate-prod")
    assert changed.split() == [FILE.as_posix()]


def test_it_is_on_a_schedule_and_deploys_nothing() -> None:
    assert workflow("rotate.yml")["on"]["schedule"] == [{"cron": "17 6 1 * *"}]
    assert commands("rotate.yml") == [["rotate", "--file-only"]]
