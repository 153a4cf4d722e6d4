"""`synth`, `validate` and `wheels`."""

import json
import time
from collections.abc import Sequence

import typer
from rich.console import Console

from automation import WORKSPACE
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Environments,
    Json,
    every_environment,
    settings_of,
)
from automation.errors import UserError
from automation.synth.validation import ValidationReport, Validator
from automation.synth.wheels import fetch
from automation.terraform import program
from automation.terraform.stacks import OUTPUT, Synthesis, synthesize


def run_synth(environment: str, *, console: Console, progress: Console) -> None:
    """Synthesize an environment, and say what came out."""
    _check([environment])
    with progress.status(f"Synthesizing {environment}"):
        synthesis = synthesize(environment)
    resources = sum(stack.resources for stack in synthesis.stacks)
    console.print(
        f"{environment}: {len(synthesis.stacks)} stacks, {resources} resources, "
        f"synthesized to {OUTPUT.name} in {synthesis.seconds:.1f} s",
        highlight=False,
        soft_wrap=True,
    )


def run_validate(
    environments: Sequence[str], *, as_json: bool, console: Console, progress: Console
) -> bool:
    """Synthesize and validate environments; whether Terraform accepts all of them."""
    found = program.find()
    meant = _meant(environments)
    _check(meant)
    reports = []
    for name in meant:
        with progress.status(f"Synthesizing {name}"):
            # One environment goes where `cdktf` looks for it; several, out of each other's way.
            output = OUTPUT if len(meant) == 1 else WORKSPACE / "synthesized" / name
            synthesis = synthesize(name, output)
        report = _validated(synthesis, found, progress)
        reports.append(report)
        if not as_json:
            report.print(console)
    valid = all(report.valid for report in reports)
    if as_json:
        answer = {
            "terraform": found.label,
            "valid": valid,
            "environments": [report.to_json() for report in reports],
        }
        print(json.dumps(answer, indent=2))
    return valid


def _validated(
    synthesis: Synthesis, found: program.Terraform, progress: Console
) -> ValidationReport:
    start = time.perf_counter()
    stacks, verdicts = synthesis.stacks, []
    with progress.status(f"Preparing the providers of {synthesis.environment}") as status:
        for verdict in Validator(found, stacks).each(stacks, synthesis.environment):
            verdicts.append(verdict)
            done = f"{len(verdicts)} of {len(stacks)}"
            status.update(f"Validating {synthesis.environment}: {done} stacks done")
    return ValidationReport(synthesis, verdicts, time.perf_counter() - start)


def _meant(environments: Sequence[str]) -> list[str]:
    """The environments that are meant; "all" stands for each."""
    found: dict[str, None] = {}
    for name in environments:
        found |= dict.fromkeys(every_environment() if name == "all" else [name])
    return list(found)


def _check(environments: Sequence[str]) -> None:
    """Refuse faulty settings of any of them before anything runs."""
    faults = []
    for name in environments:
        try:
            settings_of(name)
        except UserError as error:
            faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))


def synth(env: Environment = DEFAULT) -> None:
    """Synthesize an environment to cdktf.out, as `python main.py` does."""
    run_synth(env, console=CONSOLE, progress=PROGRESS)


def validate(env: Environments = [DEFAULT], as_json: Json = False) -> None:  # noqa: B006
    """Synthesize, and have Terraform and the AWS provider validate every stack."""
    valid = run_validate(env, as_json=as_json, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(0 if valid else 1)


def wheels(env: Environments = [DEFAULT]) -> None:  # noqa: B006
    """Download what the application's instances install, so that synthesis needs no network."""
    fetch(env, console=CONSOLE, progress=PROGRESS)
