"""Data flows one way: nothing imports upward."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bindings.framework import CDKTF, CDKTN
from tests.structure import Structure

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "artifact": (),
    "bindings": (),
    "config": (),
    # Names, and the sections of settings that are a module's props; never the whole settings.
    "modules": (
        "bindings",
        "config.app",
        "config.application",
        "config.database",
        "config.edge",
        "config.monitoring",
        "config.naming",
        "config.permissions",
    ),
    "stacks": ("artifact", "bindings", "config", "modules"),
    "automation": ("artifact", "bindings.framework", "config"),
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
# Inside `automation`: what each room may import of the others. Every room may import the files
# beside them, which import of the rooms only what stands here under "automation".
ROOMS = {
    "automation": ("aws", "synth", "terraform"),
    "aws": (),
    "terraform": ("aws",),
    "iam": (),
    "checks": ("aws", "bootstrap", "terraform"),
    "emulator": ("iam", "terraform"),
    "review": ("cost", "terraform"),
    "cost": ("terraform",),
    # Of another verb a verb may import the work, never the command.
    "synth": ("terraform",),
    "bootstrap": ("aws",),
    "deploy": ("aws", "bootstrap", "review", "terraform"),
    "destroy": ("aws", "bootstrap", "terraform"),
    "drift": ("aws", "terraform"),
    "release": ("aws", "checks", "deploy", "terraform"),
    "operate": ("aws", "checks"),
    "restore": ("aws", "checks", "operate", "terraform"),
    "rotate": ("aws", "checks", "deploy", "release", "terraform"),
    "status": ("aws", "release", "terraform"),
    "rehearse": ("bootstrap", "checks", "emulator", "iam", "terraform"),
    "preview": ("diagram", "emulator", "rehearse", "review", "terraform"),
    "diagram": ("terraform",),
    "export": ("terraform",),
    "scan": ("terraform",),
    "app": ("emulator", "synth", "terraform"),
}
STRUCTURE = Structure.of(ROOT / "automation")
MOST_LINES = {"automation": 400, "config": 250, "modules": 250, "stacks": 250}


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


def room_of(module: str) -> str:
    """The folder right below `automation`; those files are in none."""
    parts = STRUCTURE.room(module).split(".")
    return parts[1] if len(parts) > 1 else parts[0]


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
    frameworks = (CDKTF.name, CDKTF.bindings, CDKTN.name, CDKTN.bindings)
    foreign = (*frameworks, "constructs", "jsii")
    found = [name for path in sources(place) for name in imports(path) if within(name, foreign)]
    assert found == []


@pytest.mark.parametrize("place", ROOMS)
def test_no_room_of_automation_imports_one_that_stands_above_it(place: str) -> None:
    upward = [
        f"{name}: {other}"
        for name, others in STRUCTURE.imports.items()
        for other in others
        if room_of(name) == place and room_of(other) not in (place, "automation", *ROOMS[place])
    ]
    assert upward == []


def test_every_room_of_automation_has_its_place() -> None:
    assert {room_of(name) for name in STRUCTURE.modules} == set(ROOMS)


def test_no_room_imports_anothers_command() -> None:
    """What several commands need of one is no command's."""
    crossing = [
        f"{name}: {other}"
        for name, others in STRUCTURE.imports.items()
        for other in others
        if other.endswith(".command") and room_of(other) not in ("automation", room_of(name))
    ]
    assert crossing == []


def test_a_stack_imports_only_stacks_before_it() -> None:
    """In the order in which the platform makes them."""
    made = re.findall(r"= (\w+)Stack\(", (ROOT / "stacks/platform.py").read_text("utf-8"))
    order = ["stacks.base", *(f"stacks.{name.lower()}" for name in made)]
    after = [
        f"{name}: {other}"
        for name, others in Structure.of(ROOT / "stacks").imports.items()
        for other in others
        if name in order and order.index(other) > order.index(name)
    ]
    assert len(order) > 1
    assert after == []


def test_one_word_has_one_meaning() -> None:
    twice = {name: places for name, places in STRUCTURE.classes.items() if len(places) > 1}
    assert twice == {}


def test_the_first_line_of_a_module_says_what_it_is() -> None:
    vague = [
        name
        for name, tree in STRUCTURE.trees.items()
        if (ast.get_docstring(tree) or "What").startswith("What")
    ]
    assert vague == []


def test_automation_stays_few_files_of_which_each_holds_an_idea() -> None:
    """`python -m tests.structure` prints the figures; new commands bring new files."""
    found = STRUCTURE.figures()
    print(found)
    assert found["files"] <= 190
    assert found["median of lines"] > 120
    assert found["levels"] <= 9
    assert found["edges between rooms"] <= 110


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
            if len(text.splitlines()) > MOST_LINES.get(place, 300):
                too_long.append(f"{path}: {len(text.splitlines())} lines")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                    lines = node.end_lineno - node.body[0].lineno + 1
                    if lines > 40:
                        too_long.append(f"{path}: {node.name} has {lines} lines")
    assert too_long == []
