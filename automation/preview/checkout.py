"""Writes a commit to a folder, with every path as it is in the working tree.

So whatever the project names is found: an application below it, in a submodule, or beside it.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from automation.errors import UserError
from automation.preview.git import Commit, Objects, Repository, Submodule
from config.application import App
from config.environments import folder_of


@dataclass(frozen=True)
class Checkout:
    """A commit of a repository, to be written below a root of its own."""

    repository: Repository
    commit: Commit
    root: Path

    @property
    def project(self) -> Path:
        """The folder of the project there."""
        return self._there(self.repository.folder)

    def write(self, environment: str) -> tuple[str, ...]:
        """Write the project, and the application of an environment; what is to be told of that.

        Raises `UserError` when the repository lacks something.
        """
        try:
            self._write(self.repository.folder)
            return self._add(application_directory(self.project, environment))
        except UserError as error:
            raise UserError(f"git cannot export {self.commit}: {error}") from error

    def _add(self, directory: str) -> tuple[str, ...]:
        # The base may have a link there, and a link may lead anywhere.
        there = Path(os.path.realpath(self.project / directory))
        if there.is_relative_to(self.root):
            here = Path("/") / there.relative_to(self.root)
            if here.is_relative_to(self.repository.top):
                if not here.is_relative_to(self.repository.folder):
                    self._write(here)
                top, objects = self.repository.top, Objects(self.repository.git_dir)
                self._write_submodules(objects, self.commit.sha, top, here)
            if there.exists() or not here.exists() or self.repository.stack_runs(here):
                return ()
            there.parent.mkdir(parents=True, exist_ok=True)
            there.symlink_to(here)
        return (
            f"{directory} is not in this repository, which so has no history of it: "
            "the same files serve both sides",
        )

    def _write(self, here: Path) -> None:
        top = self.repository.top
        objects = Objects(self.repository.git_dir)
        objects.write(self.commit.sha, here.relative_to(top), self._there(top))

    def _write_submodules(self, objects: Objects, sha: str, top: Path, wanted: Path) -> None:
        """Those that a directory is in, and those that are in it."""
        for submodule in objects.submodules(sha):
            here = top / submodule.path
            if not (here.is_relative_to(wanted) or wanted.is_relative_to(here)):
                continue
            found = _stored(objects, sha, here, submodule)
            found.write(submodule.sha, Path(), self._there(here))
            self._write_submodules(found, submodule.sha, here, wanted)

    def _there(self, here: Path) -> Path:
        return self.root / here.relative_to("/")


def application_directory(project: Path, environment: str) -> str:
    """What the settings of some version of the project name, or else the default."""
    try:
        text = (folder_of(project) / f"{environment}.toml").read_text(encoding="utf-8-sig")
        return str(tomllib.loads(text)["application"]["app"]["directory"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        # What is wrong with settings is told by the version that they are for.
        return App().directory


def _stored(objects: Objects, sha: str, here: Path, submodule: Submodule) -> Objects:
    """The repository of a submodule on this machine, with the commit that is asked for."""
    if (here / ".git").exists():
        found: Objects | None = Objects(Repository(here).git_dir)
    else:
        found = objects.module(sha, submodule.path)
    if found is None:
        raise UserError(
            f"the submodule {submodule.path} is not here: `git submodule update --init --recursive`"
        )
    if submodule.sha not in found:
        raise UserError(
            f"the submodule {submodule.path} lacks the commit {submodule.sha[:12]}: "
            f"`git -C {here} fetch` it (in GitHub Actions: submodules: recursive)"
        )
    return found
