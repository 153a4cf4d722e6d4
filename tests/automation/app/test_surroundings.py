"""What an application gets from this machine: its secrets from a file, and nobody else's Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from automation.app.surroundings import SECRETS, machine_path, secrets_of
from automation.errors import UserError
from automation.programs import for_git
from tests.processes import PROJECT

NAMES = ("API_KEY", "TOKEN")
WHOLE = 'API_KEY = "k"\nTOKEN = "t"\n'


def values(folder: Path, text: str | None = None, *, mode: int = 0o600) -> list[str]:
    """What is told on the way to the secrets, which have to be there."""
    if text is not None:
        (folder / "dev.toml").write_text(text, encoding="utf-8")
        (folder / "dev.toml").chmod(mode)
    told: list[str] = []
    assert secrets_of("dev", NAMES, tell=told.append, folder=folder) == {
        "API_KEY": "k",
        "TOKEN": "t",
    }
    return told


def refusal(folder: Path, text: str | None = None) -> str:
    with pytest.raises(UserError) as error:
        values(folder, text)
    return str(error.value)


def test_secrets_come_from_a_file_of_the_environment(tmp_path: Path) -> None:
    assert values(tmp_path, WHOLE) == []
    assert secrets_of("dev", (), tell=print, folder=tmp_path / "nowhere") == {}


def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "dev.toml"
    assert values(tmp_path, WHOLE, mode=0o644) == [
        f"{file} can be read by others on this machine: chmod 600 {file}"
    ]


def test_a_missing_file_is_told_with_the_names(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"{tmp_path / 'none' / 'dev.toml'} is missing, which git ignores: write it with a line for "
        'each of application.app.secrets, as API_KEY = "…": API_KEY, TOKEN'
    )


def test_all_faults_of_a_file_are_told_and_none_of_its_values(tmp_path: Path) -> None:
    file = tmp_path / "dev.toml"
    assert refusal(tmp_path, 'API_KEY = 77\nOTHER = "hidden"\n').splitlines() == [
        f"{file}: TOKEN of application.app.secrets is missing: add it",
        f"{file}: OTHER is none of application.app.secrets: remove it, or add it there",
        f'{file}: API_KEY is no text: write it in quotes, as API_KEY = "…"',
    ]
    assert refusal(tmp_path, "API_KEY = \n").startswith(f"{file}: ")


def test_a_file_that_git_would_take_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / ".secrets"
    folder.mkdir()
    git(tmp_path, "init", "--quiet")
    file = folder / "dev.toml"
    assert refusal(folder, WHOLE) == (
        f"{file} is not ignored by git: add /.secrets/ to .gitignore, and take the file out of the "
        "index"
    )
    (tmp_path / ".gitignore").write_text("/.secrets/\n")
    assert values(folder) == []


def git(folder: Path, *arguments: str) -> int:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, env=for_git(), check=False).returncode  # noqa: S603


def test_this_projects_git_ignores_them() -> None:
    assert SECRETS == PROJECT / ".secrets"
    assert "/.secrets/" in (PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_terraces_own_programs_are_not_the_applications(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(sys.prefix) / "bin"
    monkeypatch.setenv("PATH", os.pathsep.join((str(own), "/usr/bin", "/bin")))
    expected = ["/usr/bin", "/bin"]
    if sys.prefix == sys.base_prefix:
        expected.insert(0, str(own))
    assert machine_path() == expected
