"""Whether a directory keeps the contract of applications, as far as reading it tells."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from artifact import Runtime
from artifact.contract import VERSION, Point, points
from artifact.startable import ANY_LANGUAGE
from automation import WORKSPACE
from config import Settings

_COLOURS = {"fits": "green", "does not fit": "red", "only running shows": "yellow"}


def check(
    directory: Path, settings: Settings, *, as_json: bool, console: Console, own: bool = True
) -> int:
    """Say which points fit, which do not, and which only running shows; the exit code.

    A directory that is not the environment's `own` is not measured by the packages that it names.
    """
    app, application = settings.application.app, settings.application
    found = list(
        points(
            directory,
            runtime=Runtime(
                packages=app.packages if own else (*app.packages, *ANY_LANGUAGE),
                architecture=application.architecture,
                region=settings.region,
                processes=app.process_names if own else None,
            ),
            static_directory=app.static_directory,
            static_wanted=own and "static_directory" in app.model_fields_set,
            workspace=WORKSPACE,
        )
    )
    if not own:
        found.append(_settings(directory, settings))
    fits = all(each.verdict != "does not fit" for each in found)
    if as_json:
        print(json.dumps(_document(directory, settings, found, fits=fits), indent=2))
    else:
        _show(directory, settings, found, console)
    return 0 if fits else 2


def _settings(directory: Path, settings: Settings) -> Point:
    return Point(
        name="settings",
        verdict="only running shows",
        details=(
            f"{settings.environment} names another directory: application.app.directory has to "
            f"lead to {directory}, and packages to name what runs it",
        ),
    )


def _document(
    directory: Path, settings: Settings, found: Sequence[Point], *, fits: bool
) -> dict[str, object]:
    return {
        "contract": VERSION,
        "environment": settings.environment,
        "directory": str(directory),
        "fits": fits,
        "points": [asdict(each) for each in found],
    }


def _show(directory: Path, settings: Settings, found: Sequence[Point], console: Console) -> None:
    where = f"{settings.application.architecture}, {settings.region}"
    lines = [f"{escape(str(directory))}: contract {VERSION}, for {settings.environment} ({where})"]
    width = max(map(len, _COLOURS))
    for each in found:
        word = f"[{_COLOURS[each.verdict]}]{each.verdict:{width}}[/]"
        lines += [f"{word}  {escape(f'{each.name}: {detail}')}" for detail in each.details]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
