"""The life of an environment, from bootstrap to destruction, by the commands as they are typed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.rehearsal.emulated import terraform_environment
from automation.synthesis import PROJECT
from config import load
from config.environments import ENVIRONMENTS
from tests.promises import SHIPPED

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

SOURCES = (
    "artifact",
    "automation",
    "bindings",
    "config",
    "modules",
    "stacks",
    "tests/environments",
    "tests/small_application",
)
PATIENCE = 1500


@dataclass(frozen=True)
class Checkout:
    """A copy of the project, whose application can be changed, before an emulated account."""

    folder: Path
    environ: dict[str, str]

    def say(self, *arguments: str, code: int = 0) -> str:
        """What a command prints; it has to end with the exit code."""
        finished = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "automation", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        print(finished.stderr)
        assert finished.returncode == code, finished.stdout + finished.stderr
        assert "Traceback" not in finished.stderr
        return finished.stdout if code != 2 else finished.stderr

    def ask(self, *arguments: str, code: int = 0) -> Any:
        """What it answers to a machine."""
        return json.loads(self.say(*arguments, "--env", "dev", "--json", code=code))


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    folder, settings = tmp_path / "project", load("dev")
    leftovers = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in SOURCES:
        shutil.copytree(PROJECT / name, folder / name, ignore=leftovers)
    shutil.copy(PROJECT / "main.py", folder)
    shutil.copytree(ENVIRONMENTS, folder / ENVIRONMENTS.relative_to(PROJECT))
    # What was downloaded once need not be downloaded again.
    (folder / ".terrace").mkdir()
    for name in ("providers", "providers.lock", "wheels"):
        (folder / ".terrace" / name).symlink_to(PROJECT / ".terrace" / name)
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=tmp_path / "emulator"
    ) as emulator:
        yield Checkout(folder, terraform_environment(emulator, os.environ))


def test_an_environment_from_bootstrap_to_destruction(checkout: Checkout) -> None:
    refused = checkout.say("deploy", "--env", "dev", "--yes", code=2)
    assert refused == (
        "there is no state bucket dev-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env dev`\n"
    )
    assert checkout.ask("bootstrap")["action"] == "created"
    first = deployed(checkout)
    findings = checkout.ask("verify", "--all")["findings"]
    assert [each for each in findings if not each["ok"]] == []
    checkout.ask("drift")
    second = released(checkout, first)
    rolled_back(checkout, to=first, from_=second)
    destroyed(checkout)


def deployed(checkout: Checkout) -> str:
    """Deploy every tier; the release that runs then."""
    answer = checkout.ask("deploy", "--yes")
    assert {stack["name"] for stack in answer["stacks"]} >= set(SHIPPED)
    again = checkout.ask("plan", "storage", "application")
    assert {stack["outcome"] for stack in again["stacks"]} == {"no changes"}
    return release(checkout)


def released(checkout: Checkout, before: str) -> str:
    app = load("dev").application.app
    (checkout.folder / app.directory / app.static_directory / "new.txt").write_text("new")
    answer = checkout.ask("release", "--yes")
    assert answer["ok"]
    assert answer["before"] == before
    assert answer["refresh"]["status"] == "Successful"
    assert answer["after"] == release(checkout) != before
    # The same once more is nothing to roll out.
    assert checkout.ask("release", "--yes")["refresh"] is None
    return str(answer["after"])


def rolled_back(checkout: Checkout, *, to: str, from_: str) -> None:
    answer = checkout.ask("rollback", "--yes")
    assert (answer["ok"], answer["before"], answer["after"]) == (True, from_, to)
    assert release(checkout) == to


def destroyed(checkout: Checkout) -> None:
    refused = checkout.say("bootstrap", "--env", "dev", "--delete", "--yes", code=2)
    assert "run `python -m automation destroy --env dev` first" in refused
    checkout.ask("destroy", "--confirm", "dev-349081")
    assert {stack["resources"] for stack in checkout.ask("status")["stacks"]} == {0}
    assert checkout.ask("bootstrap", "--delete", "--yes")["action"] == "deleted"


def release(checkout: Checkout) -> str:
    description: str = checkout.ask("status")["application"]["description"]
    assert description.startswith("release ")
    return description.removeprefix("release ")
