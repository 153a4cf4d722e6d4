"""The life of an environment, from clone to destruction, as `docs/production.md` says.

The page shows production; what is typed here goes to `dev`, and is compared with that in mind.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.rehearse.account import terraform_environment
from config import load
from tests.conftest import Tiers
from tests.documents.clones import Hub, install, snapshot, without_git
from tests.documents.pages import Block, blocks
from tests.documents.printed import missing
from tests.documents.reader import Reader
from tests.documents.scripts import PRODUCTION

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

# What tests of their own do, as it stands: it would take minutes here.
ELSEWHERE = {"make": "tests/automation/rehearse"}
AS_PRODUCTION = (("dev.example.com", "example.com"), ("dev-", "prod-"), ("dev:", "prod:"))


@dataclass
class Life:
    """A reader of the page, before an emulated account."""

    reader: Reader
    hub: Hub
    clone: Path
    tiers: frozenset[str]
    releases: list[str] = field(default_factory=list)

    def ask(self, *arguments: str) -> Any:
        """What a command answers to a machine."""
        finished = subprocess.run(  # noqa: S603
            [".venv/bin/python", "-m", "automation", *arguments, "--json"],
            cwd=self.clone,
            env=dict(self.reader.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return json.loads(finished.stdout)

    def release(self) -> str:
        """The release that runs."""
        description: str = self.ask("status")["application"]["description"]
        assert description.startswith("release ")
        return description.removeprefix("release ")


@pytest.fixture
def life(tmp_path: Path, platform_of: Callable[[str], Tiers]) -> Iterator[Life]:
    hub, source, settings = Hub(tmp_path / "hub"), tmp_path / "terrace", load("dev")
    for name in ("terrace/terrace", "shop/platform"):
        hub.create(name)
    for folder in (source, tmp_path / "home", tmp_path / "kept"):
        folder.mkdir()
    snapshot(source, hub)
    hub.publish("terrace/terrace", source)
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=tmp_path / "emulator"
    ) as emulator:
        environ = {**terraform_environment(emulator, without_git(os.environ)), **hub.environ}
        # As on the reader's machine: no environments but those of the clone.
        environ.pop("APP_ENVIRONMENTS", None)
        environ["PATH"] = f"{_programs(tmp_path / 'programs')}:{environ['PATH']}"
        reader = Reader(tmp_path / "home", {**environ, "APP_ENV": "dev"}, tmp_path / "kept")
        clone = tmp_path / "home" / "platform"
        yield Life(reader, hub, clone, frozenset(platform_of("dev")))


def _programs(folder: Path) -> Path:
    """`gh`, which would ask GitHub: it knows the page's repository."""
    answer = {"full_name": "owner/name", "id": 74, "owner": {"id": 21}}
    folder.mkdir()
    (folder / "gh").write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n", encoding="utf-8")
    (folder / "gh").chmod(0o755)
    return folder


def test_an_environment_from_clone_to_destruction(life: Life) -> None:
    page = [*blocks(PRODUCTION), Block(PRODUCTION, 0, "sh", "")]
    for block, following in pairwise(page):
        if block.language == "sh":
            live(life, block, following.content if following.language == "text" else "")
    assert {each.text for block in page for each in block.commands} >= FIRST.keys() | THEN.keys()


def live(life: Life, block: Block, shown: str) -> None:
    """Type what a block says, and hold what it prints against what the page shows."""
    typed = [command for command in block.commands if command.text not in ELSEWHERE]
    for command in typed:
        FIRST.get(command.text, _nothing)(life)
        life.reader.type(command)
        THEN.get(command.text, _nothing)(life)
    said = "".join(life.reader.said[command.text] for command in typed)
    if len(typed) == len(block.commands):
        assert missing(_as_production(shown), _as_production(said)) == [], f"{block}:\n{said}"


def _as_production(said: str) -> str:
    for ours, theirs in AS_PRODUCTION:
        said = said.replace(ours, theirs)
    return said


def _nothing(life: Life) -> None:
    """Most commands need nothing before or after them."""


def installed(life: Life) -> None:
    install(life.clone, life.hub)


def edited(life: Life) -> None:
    file = life.clone / "environments" / "dev.toml"
    settings = file.read_text(encoding="utf-8").replace('owner = "platform"', 'owner = "shop"')
    file.write_text(settings, encoding="utf-8")


def refused_without_states(life: Life) -> None:
    assert life.reader.type("python -m automation deploy", code=2) == (
        "there is no state bucket dev-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env dev`. If app_id or account_id was changed, "
        "that is another platform: destroy the old one first, as it was\n"
    )


def deployed(life: Life) -> None:
    stacks = {stack["name"]: stack["resources"] for stack in life.ask("status")["stacks"]}
    assert stacks.keys() == life.tiers
    assert all(stacks.values())
    findings = life.ask("verify", "--all")["findings"]
    assert [each for each in findings if not each["ok"]] == []
    life.releases.append(life.release())


def another_release(life: Life) -> None:
    app = load("dev").application.app
    (life.clone / app.directory / app.static_directory / "new.txt").write_text("new")


def released(life: Life) -> None:
    life.releases.append(life.release())
    before, after = life.releases
    said = life.reader.said["python -m automation release"]
    assert f"release {after} runs on every instance; before it: {before}" in said
    # The same once more is nothing to roll out.
    assert life.ask("release", "--yes")["refresh"] is None


def rolled_back(life: Life) -> None:
    after, before = life.releases
    said = life.reader.said["python -m automation rollback"]
    assert f"release {after} runs on every instance; before it: {before}" in said
    assert life.release() == after


def kept_while_states_hold_anything(life: Life) -> None:
    refused = life.reader.type("python -m automation bootstrap --delete --yes", code=2)
    assert "run `python -m automation destroy --env dev` first" in refused


def destroyed(life: Life) -> None:
    assert {stack["resources"] for stack in life.ask("status")["stacks"]} == {0}


FIRST: dict[str, Callable[[Life], None]] = {
    "git add environments": edited,
    "python -m automation bootstrap": refused_without_states,
    "python -m automation release": another_release,
    "python -m automation destroy --env dev": kept_while_states_hold_anything,
}
THEN: dict[str, Callable[[Life], None]] = {
    "cd platform": installed,
    "python -m automation deploy": deployed,
    "python -m automation release": released,
    "python -m automation rollback": rolled_back,
    "python -m automation destroy --env dev": destroyed,
}
