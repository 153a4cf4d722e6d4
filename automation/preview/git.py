"""Git: commits, their files, submodules, uncommitted changes, and checkouts.

A checkout has every path as it is in the working tree. So whatever the project names is found: an
application below it, in a submodule, or beside it.
"""

import os
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.errors import UserError
from automation.programs import for_git
from config.app import App
from config.environments import folder_of

_SHOWN = 3


@dataclass(frozen=True)
class Commit:
    """A commit, and how the user called it."""

    ref: str
    sha: str

    def __str__(self) -> str:
        return self.ref if self.sha.startswith(self.ref) else f"{self.ref} ({self.sha[:12]})"


class Repository:
    """The repository that a folder is in, or is itself."""

    def __init__(self, folder: Path = PROJECT) -> None:
        self.folder = folder.resolve()

    @cached_property
    def top(self) -> Path:
        """The folder of the whole repository."""
        return Path(self._answer("rev-parse", "--show-toplevel"))

    @cached_property
    def git_dir(self) -> Path:
        """Where Git keeps what it knows."""
        return Path(self._answer("rev-parse", "--absolute-git-dir"))

    def commit(self, ref: str) -> Commit:
        """The commit that a branch, tag or hash names; raises `UserError` when none is."""
        name = f"{ref}^{{commit}}"
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if found.returncode != 0:
            self._refuse_elsewhere()
            raise UserError(
                f"--base: received {ref!r}; expected a commit of this repository: "
                "`git fetch` it first (in GitHub Actions: fetch-depth: 0)"
            )
        return Commit(ref, found.stdout.decode().strip())

    def refuse_changes(self, *others: Path) -> None:
        """Raises `UserError` when something in the folder, or in others, is not committed."""
        within = [self._known(each) for each in others if each.is_relative_to(self.top)]
        status = ("status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none")
        found = self._git("--literal-pathspecs", *status, "--", ".", *within)
        changed = [line[3:] for line in found.stdout.decode().splitlines()]
        if not changed:
            return
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise UserError(
            f"the working tree has changes that are not committed: {', '.join(changed[:_SHOWN])}"
            f"{more}: commit or stash them, or preview them as well with --dirty"
        )

    def stack_runs(self, path: Path) -> bool:
        """Whether anything at or below a path belongs to the repository."""
        if not path.is_relative_to(self.top):
            return False
        listing = ("--literal-pathspecs", "ls-files", "-z", "--", self._known(path))
        return bool(self._git(*listing).stdout)

    def _known(self, path: Path) -> str:
        """The path, or the submodule that it is in: Git says nothing of what is inside."""
        between = (path, *path.parents)[: len(path.relative_to(self.top).parts)]
        submodules = [each for each in between if (each / ".git").exists()]
        return str(submodules[-1] if submodules else path)

    def _refuse_elsewhere(self) -> None:
        inside = self._git("rev-parse", "--git-dir")
        if inside.returncode != 0:
            reason = inside.stderr.decode().strip().removeprefix("fatal: ")
            raise UserError(f"git does not know {self.folder}: {reason}: clone the project")

    def _answer(self, *arguments: str) -> str:
        found = self._git(*arguments)
        if found.returncode != 0:
            self._refuse_elsewhere()
        return found.stdout.decode().removesuffix("\n")

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return git(*arguments, folder=self.folder)


def git(
    *arguments: str, folder: Path, given: bytes = b"", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, with `given` as its input; whether that went well is in the answer."""
    try:
        return subprocess.run(  # noqa: S603
            ["git", "--no-optional-locks", *arguments],  # noqa: S607
            cwd=folder,
            env={**for_git(), **environ},
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise UserError("git is not installed, or not on PATH: install it") from error


_SUBMODULE = "160000"
# The repository stays as it is, and what its owner does not check out may be needed here.
_ASIDE = (
    *("-c", "core.sparseCheckout=false", "-c", "core.splitIndex=false"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
)


@dataclass(frozen=True)
class Submodule:
    """Where a submodule is, seen from the top of its repository, and at which commit."""

    path: Path
    sha: str


@dataclass(frozen=True)
class Objects:
    """A repository by the folder where Git keeps what it knows."""

    git_dir: Path

    def __contains__(self, sha: str) -> bool:
        return self._run("cat-file", "-e", f"{sha}^{{commit}}") is not None

    def write(self, sha: str, path: Path, top: Path) -> None:
        """Write what a commit has at a path into a folder, as a checkout of the whole would.

        So line ends, links and filters are those that the working tree has.
        """
        listed = self._list(sha, path, "--name-only")
        top.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            for command in (("read-tree", sha), ("checkout-index", "--force", "-z", "--stdin")):
                finished = self._git(*_ASIDE, *command, folder=top, given=listed, **index)
                _refuse_failure(finished)

    def submodules(self, sha: str) -> Iterator[Submodule]:
        """Those of a commit."""
        for line in self._list(sha, Path()).decode(errors="surrogateescape").split("\0")[:-1]:
            about, path = line.split("\t", 1)
            mode, _, stored = about.split(" ")[:3]
            if mode == _SUBMODULE:
                yield Submodule(Path(path), stored)

    def module(self, sha: str, path: Path) -> "Objects | None":
        """What there is of a submodule that is not checked out now; None if it never was here."""
        listed = self._run("config", "--blob", f"{sha}:.gitmodules", "--get-regexp", r"\.path$")
        for line in (listed or b"").decode().splitlines():
            key, _, value = line.partition(" ")
            if value == str(path):
                name = key.removeprefix("submodule.").removesuffix(".path")
                return self._module(name)
        return None

    def _module(self, name: str) -> "Objects | None":
        """In a linked working tree it may be there, or where the first one has it."""
        common = self._run("rev-parse", "--path-format=absolute", "--git-common-dir") or b""
        for folder in (self.git_dir, Path(common.decode().removesuffix("\n"))):
            if (folder / "modules" / name / "HEAD").is_file():
                return Objects(folder / "modules" / name)
        return None

    def _list(self, sha: str, path: Path, *options: str) -> bytes:
        below = [] if path == Path() else [str(path)]
        command = ("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", *options)
        finished = self._git(*command, sha, "--", *below, folder=self.git_dir)
        _refuse_failure(finished)
        return finished.stdout

    def _run(self, *arguments: str) -> bytes | None:
        finished = self._git(*arguments, folder=self.git_dir)
        return finished.stdout if finished.returncode == 0 else None

    def _git(
        self, *arguments: str, folder: Path, **more: Any
    ) -> subprocess.CompletedProcess[bytes]:
        """The working tree of a submodule that is no longer checked out would be missed."""
        place = (f"--git-dir={self.git_dir}", f"--work-tree={folder}")
        return git(*place, *arguments, folder=folder, **more)


def _refuse_failure(finished: subprocess.CompletedProcess[bytes]) -> None:
    if finished.returncode != 0:
        raise UserError(finished.stderr.decode(errors="replace").strip())


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
