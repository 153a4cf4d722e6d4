"""What messages tell people to type exists, for the very command that says so."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from automation import PROJECT
from tests.automation.commands import COMMANDS, OPTIONS

# What other programs are told in a message, and what Terrace is.
QUOTED = re.compile(r"`([^`]*)`")
OURS = re.compile(r"python -m automation (?P<command>[a-z]+)(?P<rest>[^`;]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_COMMANDS = "|".join(OPTIONS)
NAMED = re.compile(rf"(?:automation |`)({_COMMANDS})\b|\b({_COMMANDS})(?= +--)")
MAKE = re.compile(r"(?:run `?|`)make ([a-z]+)\b")
# Texts that are command lines of other programs.
FOREIGN = ("apt-get ", "brew ", "dnf ", "gh api ")


@dataclass(frozen=True)
class Message:
    """A text in the code, and the part of its module that it stands in."""

    module: str
    within: str
    line: int
    text: str


def file_of(module: str) -> Path | None:
    path = PROJECT.joinpath(*module.split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in found if each.is_file()), None)


@cache
def tree_of(module: str) -> ast.Module:
    file = file_of(module)
    assert file is not None
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[tuple[str, str, str]]:
    """Modules of ours, the names that are taken of them (none of a module itself), and as what."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                taken = (whole, "") if file_of(whole) else (node.module, alias.name)
                found.add((*taken, alias.asname or alias.name))
    return {each for each in found if each[0].startswith("automation") and file_of(each[0])}


@cache
def reached(command: str) -> frozenset[tuple[str, str]]:
    """All that a command may come to: from its function on, name by name."""
    found = set[tuple[str, str]]()
    todo = {(COMMANDS[command].callback.__module__, command)}
    while todo - found:
        found |= todo
        todo = {
            (source, name)
            for module in {module for module, _ in found}
            for source, name, local in imported(tree_of(module))
            if local in used(module, frozenset(name for each, name in found if each == module))
        }
    return frozenset(found)


def may_say(command: str, message: Message) -> bool:
    names = frozenset(name for module, name in reached(command) if module == message.module)
    return bool(names) and message.within in used(message.module, names)


@cache
def used(module: str, names: frozenset[str]) -> set[str]:
    """The parts of a module that come to work with some of them; all with the module itself."""
    parts = {name: node for node in tree_of(module).body for name in names_of(node)}
    found, todo = set[str](), set(parts) if "" in names else set(names)
    while todo:
        found |= todo
        inside = {each for name in todo & parts.keys() for each in ast.walk(parts[name])}
        todo = {each.id for each in inside if isinstance(each, ast.Name)} - found
    return found


def names_of(node: ast.stmt) -> list[str]:
    """What a statement of a module defines."""
    if isinstance(node, ast.Assign):
        return [each.id for each in node.targets if isinstance(each, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) or "…" for each in node.values)
    return ""


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of several words that are no docstrings: what programs are called with has none."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        text = _text(node)
        if " " in text:
            yield getattr(node, "lineno", 0), text
        elif not isinstance(node, ast.JoinedStr):
            yield from texts(node)


@cache
def messages() -> tuple[Message, ...]:
    found = []
    for file in sorted((PROJECT / "automation").rglob("*.py")):
        module = ".".join(file.relative_to(PROJECT).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        for node in tree_of(module).body:
            within = next(iter(names_of(node)), "")
            holder = ast.Module(body=[node], type_ignores=[])
            found += [Message(module, within, line, text) for line, text in texts(holder)]
    return tuple(found)


def told(message: Message) -> Iterator[tuple[str, str]]:
    """The options that a message names, each with a command that has to have it."""
    if message.text.startswith(FOREIGN):
        return
    text = QUOTED.sub(_ours_only, message.text)
    for option in OPTION.finditer(text):
        before = text[: option.start()]
        named = [one or other for one, other in NAMED.findall(f"{before}--")]
        commands = named[-1:] or [each for each in OPTIONS if may_say(each, message)]
        yield from ((command, option[0]) for command in commands)


def _ours_only(quoted: re.Match[str]) -> str:
    """Quotes of other programs' command lines are not ours to check."""
    ours = quoted[1].removeprefix("python -m automation ")
    return quoted[0] if ours.split(" ")[0] in (*OPTIONS, "make") else "``"


def test_messages_are_found() -> None:
    assert any("--plans" in each.text for each in messages())
    assert {command for each in messages() for command, _ in told(each)} >= {"deploy", "plan"}


@pytest.mark.parametrize("command", OPTIONS)
def test_every_option_that_a_message_names_is_one_of_the_command(command: str) -> None:
    wrong = [
        f"{each.module}:{each.line}: {command} has no {option}: {each.text}"
        for each in messages()
        for by, option in told(each)
        if by == command and option not in OPTIONS[command]
    ]
    assert wrong == []


def test_every_command_that_a_message_names_exists() -> None:
    unknown = [
        f"{each.module}:{each.line}: {found['command']}"
        for each in messages()
        for found in OURS.finditer(each.text)
        if found["command"] not in OPTIONS
    ]
    assert unknown == []


def test_every_target_of_make_that_a_message_names_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for each in messages() for target in MAKE.findall(each.text)}
    assert named
    assert named <= targets
