"""Recipes of CONTRIBUTING.md, followed word by word in a copy of the project."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from automation import PROJECT

PAGE = PROJECT / "CONTRIBUTING.md"
# A file by its name, and the block below: all of a new one, or what changes in one that is there.
_STEP = re.compile(
    r"^`(?P<file>[^`]+)`:[^\n]*\n\n```(?P<kind>python|markdown|diff)\n(?P<text>.*?)^```",
    re.M | re.S,
)
# What is within a block is no heading of the page.
_HEADING = re.compile(r"^```.*?^```$|^## (?P<heading>[^\n]+)$", re.M | re.S)
_COMMANDS = re.compile(r"^```sh\n(?P<text>.*?)^```", re.M | re.S)
_MADE_HERE = (".git", ".venv", "node_modules", ".terrace", "cdktf.out", "__pycache__", ".*_cache")
# Set up once for the project, and as good for a copy of it.
_SET_UP = (".venv", ".terrace/providers", ".terrace/providers.lock", ".terrace/wheels")


@dataclass(frozen=True)
class Step:
    """A file, and what is to be in it."""

    file: str
    kind: str
    text: str

    def follow(self, project: Path) -> None:
        """Write the file, or make the changes, each where its surroundings are found once."""
        file = project / self.file
        if self.kind != "diff":
            assert not file.exists(), f"{self.file} is no new file"
            file.parent.mkdir(exist_ok=True)
            file.write_text(self.text, encoding="utf-8")
            return
        content = file.read_text(encoding="utf-8")
        for hunk in self.text.split("@@\n"):
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            assert content.count(old) == 1, f"{self.file}: {old}"
            content = content.replace(old, new)
        file.write_text(content, encoding="utf-8")


@dataclass(frozen=True)
class Recipe:
    """The steps of a section, and the commands that it ends with."""

    steps: tuple[Step, ...]
    commands: tuple[str, ...]

    @classmethod
    def read(cls, heading: str) -> "Recipe":
        """The recipe below a heading."""
        page = PAGE.read_text(encoding="utf-8")
        headings = [each for each in _HEADING.finditer(page) if each["heading"]]
        (at,) = (index for index, each in enumerate(headings) if each["heading"] == heading)
        ends = [*(each.start() for each in headings), len(page)]
        section = page[headings[at].end() : ends[at + 1]]
        steps = tuple(Step(**each.groupdict()) for each in _STEP.finditer(section))
        # A block that belongs to no file would be left out unseen.
        assert len(steps) == len(re.findall(r"^```(?:python|markdown|diff)$", section, re.M))
        commands = [line for each in _COMMANDS.findall(section) for line in each.splitlines()]
        return cls(steps, tuple(commands))


def copy_project(folder: Path) -> Path:
    """A copy that needs no set-up."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*_MADE_HERE), symlinks=True)
    (folder / ".terrace").mkdir()
    for name in _SET_UP:
        (PROJECT / ".terrace").mkdir(exist_ok=True)
        if (PROJECT / name).exists():
            (folder / name).symlink_to(PROJECT / name)
    return folder
