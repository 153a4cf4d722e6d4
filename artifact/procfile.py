"""The Procfile: which commands an application consists of."""

import re
from pathlib import Path

from artifact.errors import ArtifactError

_LINE = re.compile(r"([A-Za-z0-9_-]+):[ \t]*(\S.*)")
_KNOWN = ("web", "release")


def read(directory: Path) -> dict[str, str]:
    """Commands by their process type; `web` is there, `release` may be."""
    path = directory / "Procfile"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ArtifactError(
            f"{path} is missing: write one with a line `web: <command>`, or correct "
            "application.app.directory"
        ) from None
    commands: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            name, command = _parse(line, f"{path}, line {number}")
            if name in commands:
                raise ArtifactError(f"{path}, line {number}: `{name}` is there twice: keep one")
            commands[name] = command
    if "web" not in commands:
        raise ArtifactError(f"{path} has no line `web: <command>`: add it")
    return commands


def _parse(line: str, place: str) -> tuple[str, str]:
    matched = _LINE.fullmatch(line)
    if matched is None:
        raise ArtifactError(f"{place}: received `{line}`; expected `web: <command>`")
    name, command = matched.groups()
    if name not in _KNOWN:
        raise ArtifactError(f"{place}: received `{name}`; use only: {', '.join(_KNOWN)}")
    return name, command
