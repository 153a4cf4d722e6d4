"""The project's Git repository, as far as a preview looks at it."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from automation.errors import UserError
from automation.surroundings import for_git
from automation.synthesis import PROJECT

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
        self._folder = folder

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

    def refuse_changes(self) -> None:
        """Raises `UserError` when the working tree is not what is committed."""
        found = self._git("status", "--porcelain", "--untracked-files=all", "--", ".")
        changed = [line[3:] for line in found.stdout.decode().splitlines()]
        if not changed:
            return
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        raise UserError(
            f"the working tree has changes that are not committed: {', '.join(changed[:_SHOWN])}"
            f"{more}: commit or stash them, or preview them as well with --dirty"
        )

    def export(self, commit: Commit, folder: Path) -> None:
        """Write the files of a commit to a folder; the repository itself stays as it is."""
        # Below a repository's own folder, this takes what is below it.
        packed = self._git("archive", "--format=tar", commit.sha, "--", ".")
        if packed.returncode != 0:
            raise UserError(f"git cannot export {commit}: {packed.stderr.decode().strip()}")
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(folder, filter="data")

    def _refuse_elsewhere(self) -> None:
        inside = self._git("rev-parse", "--git-dir")
        if inside.returncode != 0:
            reason = inside.stderr.decode().strip().removeprefix("fatal: ")
            raise UserError(f"git does not know {self._folder}: {reason}: clone the project")

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603
                ["git", "--no-optional-locks", *arguments],  # noqa: S607
                cwd=self._folder,
                env=for_git(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise UserError("git is not installed, or not on PATH: install it") from error
