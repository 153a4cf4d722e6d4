"""What the lock files name is to be had for the oldest Python that will do."""

import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from automation import scan
from automation.doctor import MINIMUM
from tests.automation.scan.conftest import installed  # noqa: F401

OLDEST = f"{MINIMUM[0]}.{MINIMUM[1]}.0"


def refusing(folder: Path) -> list[str]:
    """The packages of an environment that want a later Python."""
    return sorted(
        f"{found.name} {found.version} needs Python {wanted}"
        for found in distributions(path=[str(folder)])
        if (wanted := _wanted(found)) and OLDEST not in SpecifierSet(wanted)
    )


def _wanted(found: Distribution) -> str:
    return str(found.metadata.json.get("requires_python", ""))


def test_of_what_the_project_installs() -> None:
    (folder,) = (path for path in map(Path, sys.path) if path.name == "site-packages")
    assert refusing(folder) == []


@pytest.mark.usefixtures("installed")
def test_of_what_the_scanners_install() -> None:
    (folder,) = scan.PYTHON.parent.parent.glob("lib/*/site-packages")
    assert refusing(folder) == []


def test_a_package_that_wants_a_later_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "late-1.0.dist-info").mkdir()
    (tmp_path / "late-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: late\nVersion: 1.0\nRequires-Python: >=3.11.5\n"
    )
    assert refusing(tmp_path) == ["late 1.0 needs Python >=3.11.5"]
