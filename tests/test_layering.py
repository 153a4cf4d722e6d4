"""Data flows one way: nothing imports upward."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "artifact": (),
    "bindings": (),
    "config": (),
    "modules": ("bindings", "config.naming"),
    "stacks": ("artifact", "bindings", "config", "modules"),
    "automation": ("artifact", "config"),
    "main.py": ("artifact", "bindings", "config", "stacks"),
    "benchmarks": ("artifact", "automation", "bindings", "config", "main", "stacks"),
}
OURS = {
    "artifact",
    "automation",
    "benchmarks",
    "bindings",
    "config",
    "main",
    "modules",
    "stacks",
    "tests",
}
WITHOUT_CDKTF = ("artifact", "automation", "bindings", "config")


def sources(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def within(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_nothing_imports_upward(place: str) -> None:
    own = place.removesuffix(".py")
    upward = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources(place)
        for name in imports(path)
        if name.split(".")[0] in OURS and not within(name, (own, *MAY_IMPORT[place]))
    ]
    assert sources(place)
    assert upward == []


@pytest.mark.parametrize("place", WITHOUT_CDKTF)
def test_settings_and_automation_know_nothing_of_cdktf(place: str) -> None:
    foreign = ("cdktf", "constructs", "jsii", "cdktf_cdktf_provider_aws")
    found = [name for path in sources(place) for name in imports(path) if within(name, foreign)]
    assert found == []


def test_every_folder_with_code_has_its_place() -> None:
    """Folders that none of ours imports are the user's: an application, a tool."""
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    imported = {
        name.split(".")[0]
        for place in MAY_IMPORT
        for path in sources(place)
        for name in imports(path)
    }
    assert folders & imported == {place for place in MAY_IMPORT if place != "main.py"}


def test_only_their_own_gate_reads_the_users_environments() -> None:
    """What they hold and are called is the user's; Terrace is tested on environments of its own."""
    users = ("environments", "addresses", "policy-exceptions.toml")
    readers = {
        str(path.relative_to(ROOT))
        for path in sources("tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        if isinstance(node.right, ast.Constant) and node.right.value in users
        # Not those of a copy, nor of the tests.
        if "parent.parent" in ast.unparse(node.left) or ast.unparse(node.left) == "PROJECT"
    }
    assert readers == {
        "tests/addresses.py",
        "tests/test_shipped.py",
        "tests/yours/environments.py",
    }


def test_functions_and_files_fit_in_the_head() -> None:
    too_long = []
    for place in (*MAY_IMPORT, "tests"):
        for path in sources(place):
            text = path.read_text(encoding="utf-8")
            if len(text.splitlines()) > 300:
                too_long.append(f"{path}: {len(text.splitlines())} lines")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                    lines = node.end_lineno - node.body[0].lineno + 1
                    if lines > 40:
                        too_long.append(f"{path}: {node.name} has {lines} lines")
    assert too_long == []
