"""Which kinds of commands the documents may name, and what has to hold for one of each kind."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from typer.main import get_command

from automation.__main__ import cli
from config.environments import ENVIRONMENTS
from tests.automation.commands import COMMANDS
from tests.documents.pages import Command
from tests.processes import PROJECT
from tests.programs import framework_cli

EXAMPLES = PROJECT / "examples"
_PROGRAM = re.compile(r"[a-z.][\w./-]*")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=.*")
_GLOBAL = {"--debug", "--help", "--version"}


class UnknownKindError(Exception):
    """A command of a kind that nothing here checks."""

    def __init__(self, command: Command) -> None:
        super().__init__(
            f"{command}: nothing checks commands of this kind: teach tests/documents/kinds.py"
        )


def check(command: Command) -> None:
    """Raise `AssertionError` unless the command is there as it is written."""
    words = words_of(command)
    kind = KINDS.get(words[0]) or (_verb if words[0] in COMMANDS else None)
    if kind is None:
        raise UnknownKindError(command)
    try:
        kind(words)
    except Exception as error:
        # Typer has brought different versions of Click, and with them different exceptions.
        said = getattr(error, "format_message", error.__str__)()
        if not isinstance(error, AssertionError) and not hasattr(error, "format_message"):
            raise
        raise AssertionError(f"{command}: {said}") from error


def words_of(command: Command) -> list[str]:
    """The words of a command, without the variables that are set for it."""
    words = shlex.split(command.text)
    while len(words) > 1 and _ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    return words


def is_command(command: Command) -> bool:
    """Whether code within a sentence is meant to be typed; a single word names a thing."""
    if " " not in command.text:
        return False
    try:
        first, *others = words_of(command)
    except ValueError:
        return False
    return bool(_PROGRAM.fullmatch(first)) and others[:1] != ["="]


def _automation(words: list[str]) -> None:
    """What follows `python -m automation`."""
    rest = [word for word in words if word not in _GLOBAL]
    known = {option for each in get_command(cli).params for option in each.opts}
    assert set(words) & _GLOBAL <= known | {"--help"}, f"there is no option {words}"
    if rest:
        _verb(rest)


def _terrace(words: list[str]) -> None:
    """The same in any folder; shells complete the one word, so completion is its own alone."""
    if words[1:] != ["--install-completion"]:
        return _automation(words[1:])
    said = _run(sys.executable, "automation", "--help")
    assert words[1] in said.stdout, f"there is no option {words[1]}"
    return None


def _verb(words: list[str]) -> None:
    """One of its commands, with arguments and options."""
    name, *arguments = words
    assert name in COMMANDS, f"there is no command {name}"
    context = COMMANDS[name].make_context(name, arguments)
    environment = context.params.get("env")
    known = {file.stem for file in ENVIRONMENTS.glob("*.toml")} | {"all", None}
    assert environment in known, f"there is no environment {environment}"


def _python(words: list[str]) -> None:
    """A module or a file that Python runs."""
    match words[1:]:
        case ["-P"]:
            pass
        case ["-m", "automation", *rest]:
            _automation(rest)
        case ["-m", "pytest", *rest]:
            _pytest(["pytest", *rest])
        case ["-m", module, *_]:
            assert _module(module), f"there is no module {module}"
        case [file, *_]:
            assert (PROJECT / file).is_file(), f"there is no file {file}"
        case _:
            raise AssertionError("it runs nothing")


def _module(name: str) -> bool:
    """Whether it is installed, or of this project or one of its examples."""
    path = Path(*name.split("."))
    for folder in (PROJECT, *EXAMPLES.glob("*")):
        if (folder / path).is_dir() or (folder / path.with_suffix(".py")).is_file():
            return True
    return "." not in name and importlib.util.find_spec(name) is not None


def _pytest(words: list[str]) -> None:
    """Files are there, and markers are declared."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    markers = {each.split(":")[0] for each in declared["tool"]["pytest"]["ini_options"]["markers"]}
    for option, value in pairwise(words):
        if option == "-m":
            asked = set(re.findall(r"\w+", value)) - {"and", "or", "not"}
            assert asked <= markers, f"no such marker: {value}"
        elif not value.startswith("-"):
            assert (PROJECT / value.split("::")[0]).exists(), f"there is no {value}"


def _make(words: list[str]) -> None:
    """Every target can be made; nothing is."""
    asked = [word for word in words[1:] if not word.startswith("-")]
    said = _run("make", "-n", *asked)
    assert said.returncode == 0, said.stderr


def _git(words: list[str]) -> None:
    """Git answers `-h` with how a command is used, and complains about one that it lacks."""
    assert _run("git", words[1], "-h").returncode == 129, f"git has no {words[1]}"


def _terraform(words: list[str]) -> None:
    said = _run_or_skip("terraform", words[1], "-help")
    assert f"terraform [global options] {words[1]}" in said.stdout, f"Terraform has no {words[1]}"


@cache
def _cdktf_verbs() -> frozenset[str]:
    """Of the framework in use: pages have CDKTF's name, and its fork the same verbs."""
    program = framework_cli()
    said = _run(program, "--help")
    return frozenset(re.findall(rf"{Path(program).name} (\w+)", said.stdout + said.stderr))


def _cdktf(words: list[str]) -> None:
    assert words[1] in _cdktf_verbs(), f"cdktf has no {words[1]}"


def _aws(words: list[str]) -> None:
    """An operation of a service, with all arguments that it needs and none that it lacks."""
    service, operation, *arguments = words[1:]
    session = botocore.session.get_session()
    assert service in session.get_available_services(), f"AWS has no {service}"
    model = session.get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations, f"{service} has no {operation}"
    shape = model.operation_model(operations[operation]).input_shape
    taken = {xform_name(name, "-") for name in shape.members} if shape else set()
    needed = {xform_name(name, "-") for name in shape.required_members} if shape else set()
    given = {word.removeprefix("--") for word in arguments if word.startswith("--")}
    assert given <= taken | {"region", "query", "output"}, f"{operation} takes {sorted(taken)}"
    assert needed <= given, f"{operation} needs {sorted(needed)}"


def _import(words: list[str]) -> None:
    """A module of a package that is installed, without running the package's own `__init__`."""
    package, *rest = words[1].split(".")
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"there is no package {package}"
    (folder,) = spec.submodule_search_locations or [""]
    path = Path(folder, *rest)
    assert path.is_dir() or path.with_suffix(".py").is_file(), f"there is no module {words[1]}"


def _script(words: list[str]) -> None:
    assert (PROJECT / words[0]).is_file(), f"there is no {words[0]}"


def _activate(words: list[str]) -> None:
    assert words == [".", ".venv/bin/activate"], "only the virtual environment is activated"


def _shell(words: list[str]) -> None:
    """What the shell itself does; pages that use it are run as they are written."""
    assert len(words) > 1, f"{words[0]} of what?"


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        words,
        cwd=PROJECT,
        # The packaged Node, where the system has none.
        env={**os.environ, "PATH": f"{PROJECT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _run_or_skip(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return _run(*words)
    except FileNotFoundError:
        pytest.skip(f"{words[0]} is not installed")


KINDS: dict[str, Callable[[list[str]], None]] = {
    "python": _python,
    ".venv/bin/python": _python,
    "pytest": _pytest,
    "make": _make,
    "git": _git,
    "terraform": _terraform,
    "cdktf": _cdktf,
    "aws": _aws,
    ".ci/run": _script,
    ".": _activate,
    "cd": _shell,
    "echo": _shell,
    "export": _shell,
    "grep": _shell,
    "import": _import,
    "terrace": _terrace,
}
