"""Whether an instance could start what a Procfile names, as far as the archive tells."""

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from artifact import listening, node_commands
from artifact.archive import Entry
from artifact.locking import PROJECT, REQUIREMENTS, remedy
from artifact.node_modules import FOLDER

# By the machine in the header of a program for Linux.
# https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
_LINUX = b"\x7fELF"
# How programs of other systems begin.
_OTHERS = {
    b"MZ": "Windows",
    b"\xcf\xfa\xed\xfe": "macOS",
    b"\xce\xfa\xed\xfe": "macOS",
    b"\xca\xfe\xba\xbe": "macOS",
}
_SCRIPTS = (".py", ".js", ".mjs", ".cjs", ".rb", ".php", ".jar", ".sh")
# Programs, and what the names of the packages that bring them begin with; every instance has the
# system's Python.
# https://docs.aws.amazon.com/linux/al2023/ug/python.html
_LANGUAGES = {
    **dict.fromkeys(("node", "npm", "npx"), ("nodejs", "nodejs22")),
    "go": ("golang", "golang"),
    "java": ("java-", "java-21-amazon-corretto-headless"),
    "php": ("php", "php8.3"),
    "ruby": ("ruby", "ruby3.2"),
}
# What brings every language, where it is not decided yet which packages there are.
ANY_LANGUAGE = (
    *("python3.11", "python3.12", "python3.13", "python3.14"),
    *dict.fromkeys(start for start, _ in _LANGUAGES.values()),
)
_PYTHON = re.compile(r"python3\.(?!9$)\d+")
_ELSEWHERE = re.compile(r"(^|\s)PATH=")
_GO = {"arm64": "arm64", "x86_64": "amd64"}


@dataclass(frozen=True, kw_only=True)
class _Instance:
    """What a line is to start on: the archive's files and what is installed."""

    files: Mapping[str, Entry]
    architecture: str
    packages: Sequence[str]


def faults(
    directory: Path,
    commands: Mapping[str, str],
    found: Sequence[Entry],
    *,
    architecture: str,
    packages: Sequence[str],
) -> Iterator[str]:
    """All because of which a command cannot start; entries are those below `app/`."""
    files = {each.path.removeprefix("app/"): each for each in found}
    instance = _Instance(files=files, architecture=architecture, packages=packages)
    unlocked = list(_unlocked(directory, files))
    for name, command in commands.items():
        place = f"{directory / 'Procfile'}: `{name}`"
        words = _words(command)
        told = list(_started(words, instance, web=name == "web", unlocked=bool(unlocked)))
        yield from (f"{place} {each}" for each in told)
    yield from unlocked


def _started(
    words: Sequence[str], instance: _Instance, *, web: bool, unlocked: bool
) -> Iterator[str]:
    absent = list(_installed(words[0], instance.packages)) if words else []
    if words and words[0] == "npm":
        script, fault = node_commands.started(words, instance.files)
        if fault:
            yield fault
        words = _words(script)
    yield from absent
    if not words:
        return
    of_node = list(node_commands.faults(words, instance.files))
    yield from of_node
    if not of_node and "/" in words[0] and not words[0].startswith("/"):
        yield from _program(words[0], instance)
    elif not of_node:
        yield from _interpreted(words, instance.files)
    if not unlocked:
        yield from listening.unlocked(words, instance.files)
    if web:
        yield from listening.faults(words)


def _words(command: str) -> list[str]:
    """The words of the last command of a line, without variables; none of what a shell expands."""
    before, _, last = command.rpartition("&&")
    if "cd " in before or _ELSEWHERE.search(command):
        # Paths are as seen from there, and programs are elsewhere.
        return []
    try:
        words = shlex.split(last)
    except ValueError:
        return []
    while words and (words[0] == "exec" or "=" in words[0]):
        words.pop(0)
    return [] if any(_expanded(each) for each in words[:2]) else words


def _expanded(word: str) -> bool:
    """Whether a shell makes something else of a word; options may have variables in them."""
    return bool(set(word) & set("`*;|<>")) or ("$" in word and not word.startswith("-"))


def _program(word: str, instance: _Instance) -> Iterator[str]:
    entry = instance.files.get(_inside(word))
    build = _build(word, instance)
    if entry is None:
        yield f"starts {word}, which is not in the directory: {build}, or correct the line"
        return
    if not entry.executable:
        yield f"starts {word}, which may not be executed: `chmod +x {word}`"
    content = entry.content
    other = next((system for start, system in _OTHERS.items() if content.startswith(start)), None)
    machine = _MACHINES.get(int.from_bytes(content[18:20], "little"), "another machine")
    if other is None and content.startswith(_LINUX) and machine != instance.architecture:
        other = machine
    if other:
        yield f"starts {word}, which is for {other}: {build} for Linux on {instance.architecture}"


def _build(word: str, instance: _Instance) -> str:
    """How the program is built: in Go, for whatever system it is to run on, by one command."""
    if "go.mod" not in instance.files:
        return "build it"
    processor = _GO.get(instance.architecture, instance.architecture)
    command = f"CGO_ENABLED=0 GOOS=linux GOARCH={processor} go build -o {_inside(word)} ."
    return f"build it by `{command}`"


def _installed(program: str, packages: Sequence[str]) -> Iterator[str]:
    """A language that no package of the instance brings."""
    python = _PYTHON.fullmatch(program)
    start, example = (program, program) if python else _LANGUAGES.get(program, ("", ""))
    if start and not any(each.startswith(start) for each in packages):
        named = ", ".join(packages) or "none"
        yield (
            f"starts {program}, which none of application.app.packages brings ({named}): add one, "
            f"such as {example}"
        )


def _interpreted(words: Sequence[str], files: Mapping[str, Entry]) -> Iterator[str]:
    script = next((each for each in words[1:] if not each.startswith("-")), "")
    python = words[0].startswith("python")
    if python and words[1:2] == ["-m"] and REQUIREMENTS not in files:
        module = script.partition(".")[0]
        there = {f"{module}.py", *(path for path in files if path.startswith(f"{module}/"))}
        if module not in sys.stdlib_module_names and not there & files.keys():
            yield (
                f"runs the module {script}, which is neither in the directory nor in a "
                f"{REQUIREMENTS}: add it, or correct the line"
            )
        return
    relative = script.endswith(_SCRIPTS) and not script.startswith("/") and "-m" not in words
    of_package = _inside(script).startswith(f"{FOLDER}/")
    if relative and not of_package and _inside(script) not in files:
        yield f"runs {script}, which is not in the directory: build it, or correct the line"


def _unlocked(directory: Path, files: Mapping[str, Entry]) -> Iterator[str]:
    """Dependencies that a manifest names, and that the archive would lack."""
    if REQUIREMENTS in files or PROJECT not in files:
        return
    try:
        manifest = tomllib.loads(files[PROJECT].content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return
    if any(_dependencies(manifest)):
        yield (
            f"{directory / PROJECT} names dependencies, and {REQUIREMENTS} is missing: run "
            f"{remedy(files.__contains__)}"
        )


def _dependencies(manifest: Mapping[str, Any]) -> Iterator[object]:
    """As the standard has them, and as Poetry has, where Python is one of them."""
    match manifest:
        case {"project": {"dependencies": found}}:
            yield found
    match manifest:
        case {"tool": {"poetry": {"dependencies": dict() as found}}}:
            yield found.keys() - {"python"}


def _inside(word: str) -> str:
    return PurePosixPath(word).as_posix().removeprefix("./")
