"""Each folder of code has a README: its contract on at most a page, and every file in it."""

import re

import pytest

from tests.processes import PROJECT

# Below these two, the README of the folder above says enough.
_SAID_ABOVE = ("modules", "tests")
_CODE = ("artifact", "automation", "benchmarks", "bindings", "config", "modules", "stacks", "tests")
_FILE = re.compile(r"`([\w.-]+/?)`")
_PAGE = 60


def folders(place: str) -> list[str]:
    root = PROJECT / place
    found = {path.parent for path in root.rglob("*.py") if "__pycache__" not in path.parts}
    return sorted(str(each.relative_to(PROJECT)) for each in found)


def within(folder: str) -> set[str]:
    return {path.name for path in (PROJECT / folder).iterdir()} - {"__pycache__"}


FOLDERS = [
    folder for place in _CODE for folder in ([place] if place in _SAID_ABOVE else folders(place))
]


def named(readme: str) -> set[str]:
    """What stands in the first column of its tables."""
    rows = (line for line in readme.splitlines() if line.startswith("| `"))
    return {name.rstrip("/") for row in rows for name in _FILE.findall(row.split(" | ")[0])}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_code_says_what_it_is_for(folder: str) -> None:
    file = PROJECT / folder / "README.md"
    assert file.is_file(), f"{folder} has no README.md"
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _PAGE


@pytest.mark.parametrize("folder", folders("automation"))
def test_it_names_every_file_and_no_other(folder: str) -> None:
    here = within(folder)
    expected = here - {"README.md", "__init__.py"}
    if folder == "automation":
        # Folders stand in a table of their own, by their commands.
        expected = {each for each in expected if each.endswith(".py")}
    found = named((PROJECT / folder / "README.md").read_text(encoding="utf-8"))
    assert expected <= found
    assert {each for each in found if each.endswith(".py")} <= here
