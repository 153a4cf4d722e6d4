"""A project with environments of its own, and a folder in the place of every package index."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from automation.synth import wheels
from config import Settings, names
from config.loader import load
from tests.artifact.packages import application, wheel
from tests.processes import PROJECT

_REFERENCE = (PROJECT / "tests" / "environments" / "dev.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Project:
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "project"

    @property
    def index(self) -> Path:
        return self.folder / "index"

    def environment(self, name: str, directory: str, packages: str = "python3.11") -> None:
        """Settings like those of dev, with an application of their own."""
        lines = [f'directory = "{directory}"', f'packages = ["{packages}"]']
        before, _, after = _REFERENCE.partition("[application.app]")
        _, table, after = after.partition("\n[")
        self._write(name, "\n".join((before, "[application.app]", *lines, table + after)))

    def faulty(self, name: str) -> None:
        self._write(name, "app_id = 1\n")

    def application(self, directory: str, *packages: str) -> Path:
        """An application that locks packages of the index."""
        lock = "".join(wheel(self.index, name) for name in packages)
        files = {"requirements.txt": lock} if packages else {}
        return application(self.root / directory, **files)

    def _write(self, name: str, text: str) -> None:
        (self.root / "environments" / f"{name}.toml").write_text(text, encoding="utf-8")


def enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Have the commands of this process work on an empty project."""
    project = Project(folder)
    environments = project.root / "environments"
    environments.mkdir(parents=True)

    def loaded(name: str, *, chosen_by: str) -> Settings:
        return load(name, environments, chosen_by=chosen_by)

    installer = folder / "installer.txt"
    installer.write_text(wheel(project.index, "pip"), encoding="utf-8")
    monkeypatch.setattr("artifact.wheels.INSTALLER", installer)
    monkeypatch.setattr("automation.command.load", loaded)
    monkeypatch.setattr(wheels, "PROJECT", project.root)
    monkeypatch.setattr("automation.command.names", lambda: names(environments))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(project.index))
    return project
