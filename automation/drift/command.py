"""`drift`: plans every stack with -refresh-only, and tells what differs from the state."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer
from rich.console import Console

from automation.aws import connect
from automation.aws.states import States, gone
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    Tiers,
    run,
    settings_of,
)
from automation.drift import DriftResult, DriftStatus, show, to_json
from automation.errors import CommandError, UserError
from automation.terraform.drift import Piece, drifted, load, pieces
from automation.terraform.pool import StackPool, StackRun, prepare
from automation.terraform.stacks import Stack, Synthesize, choose, ordered, synthesize
from automation.terraform.steps import PATIENT, retry
from automation.terraform.steps import connect as connect_stack

# As `terraform plan -detailed-exitcode` has it. A script may take 2 for drift and nothing else,
# so what ends the other commands with 2 ends this one with 1.
EXIT_CODES: Mapping[DriftStatus, int] = {
    DriftStatus.NONE: 0,
    DriftStatus.ERROR: 1,
    DriftStatus.DRIFT: 2,
}


@dataclass(frozen=True, kw_only=True)
class DriftRequest:
    """Where to look for drift; in all tiers when none is named."""

    environment: str
    tiers: tuple[str, ...] = ()
    as_json: bool = False
    synthesize: Synthesize = synthesize


class DriftCommand:
    """One run of the command."""

    def __init__(self, request: DriftRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0 without drift, 2 with drift, 1 after any error, 130 after Ctrl-C.

        Raises `CommandError` for what the user can mend, too.
        """
        try:
            return run(
                self._run, progress=self._progress, interrupted="interrupted: Terraform has ended"
            )
        except UserError as error:
            raise CommandError(str(error)) from error

    def _run(self) -> int:
        result = self._look()
        if self._request.as_json:
            print(json.dumps(to_json(result), indent=2))
        else:
            show(result, self._console)
        return EXIT_CODES[result.overall]

    def _look(self) -> DriftResult:
        settings = settings_of(self._request.environment)
        states = States(connect(settings), settings)
        states.check()
        with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
            stacks = self._synthesize(Path(folder) / "out")
            tiers = [stack.name for stack in stacks]
            result = DriftResult(settings.environment, choose(self._request.tiers, tiers))
            with self._progress.status(f"Reading the states of {settings.environment}"):
                found = states.each(tiers)
            if not self._request.tiers:
                result.gone = gone(found, tiers)
            applied = {each.stack for each in found if each.applied}
            chosen = [name for name in result.stacks if name in applied]
            if chosen:
                with self._progress.status("Preparing the provider"):
                    workspace = prepare(stacks)
                elsewhere = pieces(states.document(each) for each in applied)
                data = Path(folder) / "data"
                pool = workspace.pool(stacks, data=data, console=self._progress, locks=False)
                self._compare(result, pool, chosen, elsewhere)
        return result

    def _synthesize(self, output: Path) -> Sequence[Stack]:
        environment = self._request.environment
        with self._progress.status(f"Synthesizing {environment}"):
            return ordered(self._request.synthesize(environment, output).stacks)

    def _compare(
        self,
        result: DriftResult,
        pool: StackPool,
        chosen: Sequence[str],
        elsewhere: Sequence[Piece],
    ) -> None:
        # Nothing is changed, so none needs to wait for another.
        independent = dict.fromkeys(chosen, frozenset[str]())
        rules = load()

        def one(stack_run: StackRun) -> bool:
            runner = stack_run.runner
            if not connect_stack(stack_run, PATIENT):
                return False
            look = partial(stack_run.do, "look", partial(runner.plan, "refresh-only"))
            if not retry(stack_run, look, PATIENT):
                return False
            if stack_run.steps[-1].changed:
                found = drifted(runner.planned(), rules, elsewhere)
                result.drifted[stack_run.stack] = list(found)
            return True

        result.stack_runs = pool.run("Looking for drift", independent, one)


def drift(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    as_json: Json = False,
) -> None:
    """Find what was changed by other means than Terraform: exit code 0 none, 2 drift, 1 error."""
    request = DriftRequest(environment=env, tiers=tuple(tiers), as_json=as_json)
    raise typer.Exit(DriftCommand(request, console=CONSOLE, progress=PROGRESS).run())
