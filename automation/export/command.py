"""`export`: writes an environment as plain Terraform, to go on without Terrace."""

import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from automation import WORKSPACE
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.errors import check_folder, disk_errors
from automation.export import check
from automation.export import export as write
from automation.export.page import Exported
from automation.terraform import program
from automation.terraform.pool import prepare
from automation.terraform.program import Terraform
from automation.terraform.stacks import Synthesis, synthesize


def run_export(
    environment: str,
    *,
    out: Path,
    as_json: bool,
    console: Console,
    progress: Console,
    workspace: Path = WORKSPACE,
) -> int:
    """The exit code: 0, or 130 after Ctrl-C.

    Raises `UserError` for settings with faults, and for a folder that is in use.
    """
    found = program.find()
    settings_of(environment)
    check(out)
    check_folder(out, "--out")

    def work() -> int:
        with progress.status(f"Exporting {environment}"), disk_errors(out):
            synthesis, exported = _export(environment, found, out, workspace)
        if as_json:
            print(json.dumps(_to_json(synthesis, exported, out, found), indent=2))
        else:
            _tell(synthesis, exported, out, console)
        return 0

    return run(work, progress=progress, interrupted="interrupted: nothing was exported")


def _export(
    environment: str, found: Terraform, out: Path, workspace: Path
) -> tuple[Synthesis, Sequence[Exported]]:
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
        synthesis = synthesize(environment, Path(folder) / "out")
        prepared = prepare(synthesis.stacks, terraform=found, workspace=workspace)
        return synthesis, write(synthesis, prepared, out)


def _tell(synthesis: Synthesis, exported: Sequence[Exported], out: Path, console: Console) -> None:
    say = partial(console.print, highlight=False, soft_wrap=True)
    resources = sum(each.stack.resources for each in exported)
    say(
        f"{synthesis.environment}: {len(exported)} stacks, {resources} resources, "
        f"exported to {out}; {out / 'README.md'} says how to go on"
    )


def _to_json(
    synthesis: Synthesis, exported: Sequence[Exported], out: Path, found: Terraform
) -> dict[str, Any]:
    return {
        "environment": synthesis.environment,
        "out": str(out.absolute()),
        "terraform": found.label,
        "stacks": [
            {
                "name": each.stack.name,
                "resources": each.stack.resources,
                "reads": sorted(each.reads),
                "files": list(each.files),
            }
            for each in exported
        ],
    }


def export(
    out: Annotated[Path, typer.Option("--out", help="a folder that is empty or not there yet")],
    env: Environment = DEFAULT,
    as_json: Json = False,
) -> None:
    """Write an environment as plain Terraform, to go on without Terrace."""
    code = run_export(env, out=out, as_json=as_json, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(code)
