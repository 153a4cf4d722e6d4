"""What a repository has stored: files and submodules of its commits, whatever is checked out."""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.errors import UserError
from automation.preview.git import git

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
