from pathlib import Path

import pytest
from rich.console import Console

from automation.errors import UserError
from automation.wheels import command
from tests.artifact.packages import application, wheel


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose application has a lock file, and a folder in the place of an index."""
    installer = tmp_path / "installer.txt"
    installer.write_text(wheel(tmp_path / "index", "pip"), encoding="utf-8")
    application(tmp_path / "app", **{"requirements.txt": wheel(tmp_path / "index", "pure")})
    monkeypatch.setattr("artifact.wheels.INSTALLER", installer)
    monkeypatch.setattr(command, "PROJECT", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path


def fetched(project: Path, *environments: str) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as printed:
        quiet = Console(quiet=True)
        command.fetch(environments, console=console, progress=quiet, cache=project / "cache")
    return printed.get()


def test_environments_with_equal_needs_share_their_wheels(project: Path) -> None:
    assert fetched(project, "all") == "python3.11 on arm64: 2 wheels fetched\n"
    assert fetched(project, "prod", "dev") == ""


def test_what_is_not_to_be_had_is_the_users_to_mend(project: Path) -> None:
    (project / "app" / "requirements.txt").write_text(
        f"lost==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match=r"for python3\.11 on arm64 cannot be downloaded: "):
        fetched(project, "prod")


def test_an_unknown_environment_is_refused(project: Path) -> None:
    with pytest.raises(UserError, match="set --env to one of"):
        fetched(project, "production")
