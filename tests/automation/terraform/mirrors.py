"""Mirrors of the one provider that is here, under other versions, too."""

from dataclasses import dataclass, field
from pathlib import Path

from automation import WORKSPACE
from automation.terraform import program
from automation.terraform.providers import install
from config import load
from tests.automation.terraform import tiny

_CONFIGURATION = """\
provider_installation {{
  filesystem_mirror {{
    path = "{mirror}"
  }}
}}
"""


@dataclass
class Mirror:
    """A folder in which Terraform finds providers, once it reads `configuration`."""

    folder: Path
    versions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        stacks = tiny.write(self.folder / "tiny", load("dev").naming)
        installation = install(program.find(), stacks, WORKSPACE)
        ((self._name, version),) = installation.versions.items()
        (self._provider,) = (installation.folder / self._name / version).iterdir()
        self.offer(version)

    @property
    def configuration(self) -> Path:
        file = self.folder / "terraform.rc"
        file.write_text(_CONFIGURATION.format(mirror=self.folder), encoding="utf-8")
        return file

    @property
    def next(self) -> str:
        """The version after the newest one."""
        major, minor, patch = self.versions[-1].split(".")
        return f"{major}.{minor}.{int(patch) + 1}"

    def offer(self, version: str) -> None:
        """Have a version, too."""
        (self.folder / self._name / version).mkdir(parents=True)
        self._place(version).symlink_to(self._provider.resolve())
        self.versions.append(version)

    def withdraw(self, version: str) -> None:
        """No longer have it."""
        self._place(version).unlink()
        self.versions.remove(version)

    def _place(self, version: str) -> Path:
        return self.folder / self._name / version / self._provider.name
