from pathlib import Path

import pytest
from rich.console import Console

from automation.errors import UserError
from automation.synth import wheels
from tests.automation.synth.projects import Project, enter


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in whose environments one application has one package."""
    project = enter(tmp_path, monkeypatch)
    project.application("shop", "pure")
    project.environment("prod", "shop")
    project.environment("dev", "shop")
    return project


def fetched(project: Project, *environments: str) -> str:
    console = Console(width=200, force_terminal=False)
    with console.capture() as printed:
        quiet = Console(quiet=True)
        wheels.fetch(environments, console=console, progress=quiet, cache=project.folder / "cache")
    return printed.get()


def test_environments_with_equal_needs_share_their_wheels(project: Project) -> None:
    assert fetched(project, "all") == "python3.11 on arm64: 2 wheels fetched\n"
    assert fetched(project, "prod", "dev") == ""


@pytest.mark.parametrize("directory", ["app", "deep/in/the/project", "../beside", "{absolute}"])
def test_each_environment_gets_what_its_own_application_needs(
    project: Project, directory: str
) -> None:
    directory = directory.format(absolute=project.folder / "elsewhere")
    project.application(directory, "one", "two")
    project.environment("dev", directory, "python3.12")
    assert fetched(project, "all") == (
        "python3.12 on arm64: 3 wheels fetched\npython3.11 on arm64: 2 wheels fetched\n"
    )


def test_an_application_in_another_language_needs_none(project: Project) -> None:
    project.application("node")
    project.environment("prod", "node", "nodejs22")
    assert fetched(project, "prod") == ""
    assert not (project.folder / "cache").exists()


def test_what_is_not_to_be_had_is_the_users_to_mend(project: Project) -> None:
    (project.root / "shop" / "requirements.txt").write_text(
        f"lost==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match=r"for python3\.11 on arm64 cannot be downloaded: "):
        fetched(project, "prod")


def test_a_directory_without_an_application_is_told(project: Project) -> None:
    project.environment("dev", "nowhere")
    with pytest.raises(UserError, match=r"nowhere.*correct application\.app\.directory$"):
        fetched(project, "dev")


def test_one_environments_fault_keeps_no_other_from_its_wheels(project: Project) -> None:
    project.environment("aaa", "nowhere")
    project.application("native", "native")
    (project.index / "native-1.0-py3-none-any.whl").unlink()
    project.environment("bbb", "native")
    project.application("java", "pure")
    project.environment("ccc", "java", "java-21-amazon-corretto-headless")
    project.faulty("ddd")
    with pytest.raises(UserError) as told:
        fetched(project, "all")
    text = str(told.value)
    assert "nowhere" in text
    assert "cannot be downloaded" in text
    assert "needs a Python: name one in application.app.packages" in text
    assert "environments/ddd.toml" in text
    assert fetched(project, "prod", "dev") == ""


def test_an_unknown_environment_is_refused(project: Project) -> None:
    with pytest.raises(UserError, match="set --env to one of"):
        fetched(project, "production")
