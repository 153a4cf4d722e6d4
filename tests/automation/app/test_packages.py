"""An application gets its own packages, and only such files as are packed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from automation.app import packages
from automation.app.packages import Place, prepare
from automation.errors import UserError
from tests.artifact.packages import application, wheel

PYTHON = f"python3.{sys.version_info.minor}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def prepared(directory: Path, workspace: Path, python: str = PYTHON) -> Place:
    return prepare(directory, packages=(python,), workspace=workspace, tell=print)


def test_only_what_is_packed_is_there(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"shop.py": "", ".env": "SECRET=1"})
    (directory / "run").write_text("#!/bin/sh\n")
    (directory / "run").chmod(0o700)
    place = prepared(directory, tmp_path / "work")
    assert {each.name for each in place.folder.iterdir()} == {"Procfile", "shop.py", "run"}
    assert (place.folder / "run").stat().st_mode & 0o777 == 0o755
    # Nothing is left of what was there before.
    (directory / "shop.py").unlink()
    place = prepared(directory, tmp_path / "work")
    assert not (place.folder / "shop.py").exists()


@pytest.mark.slow
def test_the_virtual_environment_has_what_is_locked_and_nothing_of_terraces(
    tmp_path: Path, index: Path
) -> None:
    lock = wheel(index, "pure")
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    place = prepared(directory, tmp_path / "work")
    python = place.programs[0] / "python"
    asked = "import pure; from importlib.util import find_spec as f; print(f('typer'), f('pip'))"
    found = subprocess.run(  # noqa: S603
        [python, "-c", asked], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert found.stdout == "None None\n"
    made = (place.programs[0] / "python").lstat().st_mtime_ns
    assert prepared(directory, tmp_path / "work") == place
    assert (place.programs[0] / "python").lstat().st_mtime_ns == made


@pytest.mark.slow
def test_what_cannot_be_installed_is_told_in_a_line_and_tried_again(
    tmp_path: Path, index: Path
) -> None:
    index.mkdir()
    lock = f"nowhere==1.0 --hash=sha256:{'0' * 64}\n"
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    for _ in range(2):
        with pytest.raises(UserError) as error:
            prepared(directory, tmp_path / "work")
        said = str(error.value)
        assert said.startswith(f"the packages of {directory}/requirements.txt cannot be installed")
        assert "nowhere" in said
        assert "\n" not in said


def test_a_lock_that_locks_nothing_is_refused_as_it_would_be_packed(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"requirements.txt": "flask\n"})
    with pytest.raises(UserError, match='"flask" locks no version with its hash: run `mv '):
        prepared(directory, tmp_path / "work")
    manifest = json.dumps({"dependencies": {"express": "^5"}})
    directory = application(tmp_path / "node", **{"package.json": manifest})
    with pytest.raises(UserError, match=r"package-lock\.json is missing: run `npm install"):
        prepared(directory, tmp_path / "work")


def test_what_no_instance_could_start_is_refused_here_too(tmp_path: Path) -> None:
    manifest = '[project]\nname = "shop"\ndependencies = ["flask"]\n'
    directory = application(
        tmp_path / "app",
        **{"Procfile": "web: ./server\n", "pyproject.toml": manifest, "uv.lock": ""},
    )
    with pytest.raises(UserError) as error:
        prepared(directory, tmp_path / "work")
    first, second = str(error.value).splitlines()
    assert "`web` starts ./server, which is not in the directory" in first
    assert "run `uv export --format requirements-txt" in second
    assert not (tmp_path / "work").exists()


def test_another_python_than_the_instances_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("automation.programs.find", lambda *_: None)
    assert packages._python("python3.8", told.append) == Path(sys.executable)
    assert told == [f"python3.8 is not on this machine: the application runs on {PYTHON}"]
    assert packages._python(PYTHON, told.append) == Path(sys.executable)
    assert len(told) == 1
