"""The Procfile: which commands an application consists of."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from artifact.errors import ArtifactError, collected, raise_all

_LINE = re.compile(r"([A-Za-z0-9_-]+):[ \t]*(\S.*)")
# What an instance does with these needs no word in the settings.
OWN = ("web", "release")
_SETTING = "application.app.processes"


def read(directory: Path, processes: Collection[str] | None = None) -> dict[str, str]:
    """Commands by their process type; `web` is there, `release` may be.

    Others are those in `processes`, as far as it is known what the settings name.
    """
    path = directory / "Procfile"
    commands: dict[str, str] = {}
    reasons: list[str] = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        with collected(reasons, path):
            command = _parse(line.rstrip("\r"), commands, f"{path}, line {number}")
            commands.update([command] if command else [])
    # A faulty line may be the one that was meant.
    if "web" not in commands and not reasons:
        reasons.append(f"{path} has no line `web: <command>`: add it")
    if processes is not None:
        reasons += _unlike(commands, processes, path, whole=not reasons)
    raise_all(reasons)
    return commands


def _unlike(
    commands: Collection[str], processes: Collection[str], path: Path, *, whole: bool
) -> Iterator[str]:
    """Where Procfile and settings do not name the same, as far as every line of it is known."""
    for name in sorted({*commands} - {*processes, *OWN}):
        yield (
            f"{path}: `{name}` is none of {_SETTING}: add [[{_SETTING}]] with the name to the "
            "environment's file, or remove the line"
        )
    for name in sorted({*processes} - {*commands}) if whole else ():
        yield (
            f"{path} has no line `{name}: <command>`, which {_SETTING} names: add it, or remove "
            "the process there"
        )


def missing(directory: Path) -> ArtifactError:
    """What is said of a directory without a Procfile, and of one that is not there."""
    return ArtifactError(
        f"{directory / 'Procfile'} is missing: write one with a line `web: <command>`, or correct "
        "application.app.directory"
    )


def _text(path: Path) -> str:
    if not path.exists():
        raise missing(path.parent)
    # A pipe would be waited for.
    if not path.is_file():
        raise ArtifactError(f"{path} is no regular file: write one with a line `web: <command>`")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ArtifactError(f"{path} is not in UTF-8: save it as UTF-8") from None


def _parse(line: str, before: dict[str, str], place: str) -> tuple[str, str] | None:
    if not line.strip() or line.startswith("#"):
        return None
    if not line.replace("\t", " ").isprintable():
        raise ArtifactError(
            f"{place}: received {line!r}; save it as UTF-8, with visible characters"
        )
    matched = _LINE.fullmatch(line)
    if matched is None:
        raise ArtifactError(f"{place}: received `{line}`; expected `web: <command>`")
    name, command = matched.groups()
    if name in before:
        raise ArtifactError(f"{place}: `{name}` is there twice: keep one")
    return name, command
