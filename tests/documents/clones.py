"""Clones of the project as it is here, on which the documents' commands can be tried."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import PROJECT

# Where the documents have their readers clone from.
TERRACE = "https://github.com/terrace/terrace.git"
_PERSON = {"NAME": "A. Reader", "EMAIL": "reader@example.com"}
# What is installed is linked from here, and older than any file, so that `make` leaves it alone.
_INSTALLED = (".venv", "node_modules")
_THEIRS = ("environments", "addresses")
_REFERENCE = ("prod.toml", "staging.toml", "dev.toml")
_FETCHED = (".scanners", ".wheels", "providers", "providers.lock", "scanners", "wheels")


@dataclass(frozen=True)
class Hub:
    """What the documents' addresses lead to: bare repositories in a folder."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """For git: where addresses lead, who commits; nothing of the user's own."""
        return {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PAGER": "cat",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"url.file://{self.folder}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/",
            "GIT_CONFIG_KEY_1": "init.defaultBranch",
            "GIT_CONFIG_VALUE_1": "main",
            **{f"GIT_{who}_{what}": _PERSON[what] for who in _ROLES for what in _PERSON},
        }

    def git(self, *arguments: str, folder: Path) -> str:
        """What git prints; it has to succeed."""
        finished = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=folder,
            env={**without_git(os.environ), **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def create(self, name: str) -> None:
        """Make an empty repository of this name."""
        bare = self.folder / f"{name}.git"
        bare.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", folder=bare)

    def publish(self, name: str, source: Path) -> None:
        """Push what a repository has to the one of this name."""
        self.git("push", "--quiet", f"https://github.com/{name}.git", "HEAD:main", folder=source)


_ROLES = ("AUTHOR", "COMMITTER")


def without_git(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without what git tells its hooks."""
    return {name: value for name, value in environ.items() if not name.startswith("GIT_")}


def snapshot(folder: Path, hub: Hub) -> None:
    """A repository with one commit: the project's files as they are here.

    In the place of the user's environments are those of the tests, with no list of addresses yet.
    """
    if not (PROJECT / ".git").exists():
        pytest.skip("this is no clone: git does not know which files belong to it")
    listed = hub.git("ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=PROJECT)
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    for name in _THEIRS:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "environments").mkdir()
    for name in _REFERENCE:
        shutil.copy(PROJECT / "tests" / "environments" / name, folder / "environments")
    hub.git("init", "--quiet", folder=folder)
    hub.git("add", "--all", folder=folder)
    hub.git("commit", "--quiet", "--message", "As it is here", folder=folder)


def install(clone: Path, hub: Hub) -> None:
    """Have what `make setup` installs and fetches in a clone, from here."""
    for name in _INSTALLED:
        (clone / name).symlink_to(PROJECT / name)
    (clone / ".terrace").mkdir()
    for name in _FETCHED:
        if (PROJECT / ".terrace" / name).exists():
            (clone / ".terrace" / name).symlink_to(PROJECT / ".terrace" / name)
    # A link is no folder, which is all that .gitignore speaks of.
    excluded = "".join(f"{name}\n" for name in (*_INSTALLED, ".terrace"))
    (clone / ".git" / "info" / "exclude").write_text(excluded, encoding="utf-8")
    for name in hub.git("ls-files", folder=clone).splitlines():
        os.utime(clone / name, (0, 0))
