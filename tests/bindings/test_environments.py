"""Environments of this project with other packages in the place of some."""

import sys
from pathlib import Path

import pytest

from bindings import environments
from bindings.framework import FrameworkError
from tests.artifact.packages import wheel
from tests.processes import PROJECT, run

LOOK = """
import importlib.util, packaging, sys
print(packaging.NAME, *(bool(importlib.util.find_spec(each)) for each in ("cdktf", "pydantic")))
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pip looks, and nowhere else."""
    monkeypatch.setattr(environments, "WORKSPACE", tmp_path / "workspace")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def test_what_a_file_names_takes_the_place_of_what_is_here(index: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(wheel(index, "packaging"))
    python = environments.create(requirements, tmp_path / "venv")
    found = run(str(python), "-c", LOOK)
    assert found.stdout == "packaging False True\n", found.stderr
    assert (python.parent / "shellcheck").exists()
    # A second time it needs no index.
    (index / "packaging-1.0-py3-none-any.whl").unlink()
    environments.create(requirements, tmp_path / "again")
    assert run(sys.executable, "-c", "import packaging.version").returncode == 0


def test_another_hash_is_refused_and_nothing_is_left(index: Path, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(wheel(index, "packaging")[:-2] + "x\n")
    with pytest.raises(FrameworkError, match=r"^pip cannot install requirements\.txt: "):
        environments.create(requirements, tmp_path / "venv")
    assert [each.name for each in environments.WORKSPACE.iterdir()] == ["lock"]


@pytest.mark.parametrize("file", [environments.PROVIDER_5, environments.CDKTN])
def test_the_files_have_hashes_and_name_no_index(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if "==" in line]
    assert len(pins) >= 2
    assert text.count("--hash=sha256:") == 2 * len(pins)
    assert "://" not in text
    readme = (PROJECT / "bindings" / "README.md").read_text(encoding="utf-8")
    assert f"`{file.parent.name}/`" in readme
