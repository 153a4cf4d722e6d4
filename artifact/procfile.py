"""The Procfile: which commands an application consists of."""

import re
from pathlib import Path

from artifact.errors import ArtifactError, collected, raise_all

_LINE = re.compile(r"([A-Za-z0-9_-]+):[ \t]*(\S.*)")
_KNOWN = ("web", "release")


def read(directory: Path) -> dict[str, str]:
    """Commands by their process type; `web` is there, `release` may be."""
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
    raise_all(reasons)
    return commands


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
    if name not in _KNOWN:
        raise ArtifactError(f"{place}: received `{name}`; use only: {', '.join(_KNOWN)}")
    if name in before:
        raise ArtifactError(f"{place}: `{name}` is there twice: keep one")
    return name, command
