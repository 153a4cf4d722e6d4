from pathlib import Path

import pytest

from automation import locks
from automation.errors import CommandError
from tests.artifact.packages import wheel
from tests.automation.synth.projects import Project, enter


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = enter(tmp_path, monkeypatch)
    monkeypatch.setattr(locks, "SAMPLE", project.root / "examples" / "guestbook")
    monkeypatch.setattr(locks, "SCANNERS", project.root / "scan")
    return project


def test_the_lock_is_of_each_configured_application_wherever_it_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    pure = wheel(project.index, "pure")
    for number, directory in enumerate(("app", "../beside")):
        folder = project.application(directory)
        (folder / "requirements.in").write_text("pure\n", encoding="utf-8")
        project.environment(f"env{number}", directory)
    project.application("node")
    project.environment("node", "node", "nodejs22")
    project.environment("typo", "nowhere")
    assert locks.main() == 2
    assert "nowhere" in capsys.readouterr().err
    name, _, digest = pure.strip().partition(" ")
    for directory in ("app", "../beside"):
        lock = (project.root / directory / "requirements.txt").read_text(encoding="utf-8")
        assert lock.split() == [name, "\\", digest]
    assert not (project.root / "node" / "requirements.txt").exists()


def test_only_the_sample_has_the_versions_of_this_project(project: Project) -> None:
    # The one in the index is not the one that is installed here.
    wheel(project.index, "pytest")
    for directory in ("examples/guestbook", "shop"):
        folder = project.application(directory)
        (folder / "requirements.in").write_text("pytest\n", encoding="utf-8")
    locks.renew_applications([project.root / "shop"])
    assert "pytest==1.0" in (project.root / "shop" / "requirements.txt").read_text()
    with pytest.raises(CommandError, match=r"requirements\.in cannot be locked:\n"):
        locks.renew_applications([locks.SAMPLE])
