"""An environment's settings with others on top, and the platform that is synthesized of them."""

import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from artifact import Release, Runtime, pack, published
from automation import PROJECT
from automation.terraform.stacks import Synthesis, read
from config import Settings, parse
from tests.changes.catalogue import BASE
from tests.conftest import synthesize


def settings_with(environment: str, overrides: str) -> Settings:
    """An environment's settings with others on top; raises `ConfigError` with every fault."""
    file = PROJECT / "tests" / "environments" / f"{environment}.toml"
    below = tomllib.loads(file.read_text(encoding="utf-8"))
    for each in (BASE, overrides):
        below = _merged(below, tomllib.loads(each))
    return parse(below, environment, file.name)


def _merged(below: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], value)
        for key, value in top.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **top, **both}


@cache
def _release(directory: str, runtime: Runtime) -> Release:
    workspace = Path(tempfile.mkdtemp(prefix="terrace-"))
    return pack(
        PROJECT / directory, runtime=runtime, static_directory="static", workspace=workspace
    )


def synthesis_of(settings: Settings, folder: Path, sha256: str | None = None) -> Synthesis:
    """The platform with the application that the settings name, or with a published release."""
    output = Path(tempfile.mkdtemp(dir=folder))
    synthesize(settings, published(sha256) if sha256 else _release_of(settings), output)
    return Synthesis(settings.environment, output, read(output), 0)


def _release_of(settings: Settings) -> Release:
    application = settings.application
    runtime = Runtime(
        packages=tuple(application.app.packages),
        architecture=application.architecture,
        region=settings.region,
    )
    return _release(str(application.app.directory), runtime)
