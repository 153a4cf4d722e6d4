"""Each folder of code has a README: its contract on at most a page, and every file in it."""

import re

import pytest

from tests.processes import PROJECT
from tests.test_layering import MAY_IMPORT, ROOMS

_PLACES = [name for name in MAY_IMPORT if not name.endswith(".py")]
# Users add files to these, as CONTRIBUTING.md shows; what is named there has to be there.
_GROWING = ("config", "modules", "stacks")
_FILE = re.compile(r"`([\w.-]+/?)`")
_NAME = re.compile(r"`(\w+)`")
_PAGE = 60


def folders(place: str) -> list[str]:
    root = PROJECT / place
    found = {path.parent for path in root.rglob("*.py") if "__pycache__" not in path.parts}
    return sorted(str(each.relative_to(PROJECT)) for each in found)


# The packages of tests mirror what they test.
FOLDERS = [*(folder for place in _PLACES for folder in folders(place)), "tests"]


def read(folder: str) -> str:
    return (PROJECT / folder / "README.md").read_text(encoding="utf-8")


def within(folder: str) -> set[str]:
    names = {path.name for path in (PROJECT / folder).iterdir()} - {"__pycache__"}
    return {name for name in names if not name.startswith(".")}


def named(readme: str) -> set[str]:
    """What stands in the first column of its tables."""
    rows = (line for line in readme.splitlines() if line.startswith(("| `", "| [`")))
    return {name.rstrip("/") for row in rows for name in _FILE.findall(row.split(" | ")[0])}


def expected(folder: str) -> set[str]:
    found = within(folder) - {"README.md", "__init__.py"}
    # These have tables of their own: commands with their folders, and tests that mirror folders.
    if folder in ("automation", "tests"):
        return {name for name in found if name.endswith(".py")}
    return set() if folder in _GROWING else found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_code_says_what_it_is_for(folder: str) -> None:
    assert (PROJECT / folder / "README.md").is_file(), f"{folder} has no README.md"
    assert len(read(folder).splitlines()) <= _PAGE


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_names_every_file_and_no_other(folder: str) -> None:
    files = {name for name in named(read(folder)) if "." in name}
    assert expected(folder) <= named(read(folder))
    assert files <= within(folder)


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "automation"])
def test_it_says_what_may_be_imported(room: str) -> None:
    said = re.findall(r"\bmay import ([^.;]*)", read(f"automation/{room}"))
    assert {name for names in said for name in _NAME.findall(names)} == set(ROOMS[room])
