"""`drift`, apart from how it is typed."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from automation.aws import connect, explain
from automation.checks.clients import Clients
from automation.commands import settings_of
from automation.deployment.backoff import PATIENT
from automation.deployment.steps import connect as connect_stack
from automation.deployment.steps import persist
from automation.drift import expected, report
from automation.drift.resources import drifted
from automation.drift.result import Result, Verdict
from automation.drift.workbench import Synthesize, prepare
from automation.errors import INTERRUPTED, CommandError, UserError
from automation.fleet import Track
from automation.guards import interruptible
from automation.status.states import States
from automation.synthesis import synthesize
from automation.tiers import choose
from config import Settings

# As `terraform plan -detailed-exitcode` has it. A script may take 2 for drift and nothing else,
# so what ends the other commands with 2 ends this one with 1.
EXIT_CODES: Mapping[Verdict, int] = {Verdict.NONE: 0, Verdict.ERROR: 1, Verdict.DRIFT: 2}


@dataclass(frozen=True, kw_only=True)
class Request:
    """Where to look for drift; in all tiers when none is named."""

    environment: str
    tiers: tuple[str, ...] = ()
    as_json: bool = False
    synthesize: Synthesize = synthesize


class Drift:
    """One run of the command."""

    def __init__(self, request: Request, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0 without drift, 2 with drift, 1 after any error, 130 after Ctrl-C.

        Raises `CommandError` for what the user can mend, too.
        """
        try:
            with interruptible():
                result = self._look()
        except UserError as error:
            raise CommandError(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise CommandError(explain(error)) from error
        except KeyboardInterrupt:
            self._progress.print("interrupted: Terraform has ended")
            return INTERRUPTED
        if self._request.as_json:
            print(json.dumps(report.to_json(result), indent=2))
        else:
            report.show(result, self._console)
        return EXIT_CODES[result.overall]

    def _look(self) -> Result:
        settings = settings_of(self._request.environment)
        tiers = choose(self._request.tiers)
        applied = self._applied(settings)
        result = Result(settings.environment, tiers)
        if not applied.intersection(tiers):
            return result
        with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
            self._compare(result, applied, Path(folder))
        return result

    def _applied(self, settings: Settings) -> set[str]:
        states = States(Clients(connect(settings), settings.region), settings)
        states.check_bucket()
        with self._progress.status(f"Reading the states of {settings.environment}"):
            return {each.stack for each in states.each() if each.applied}

    def _compare(self, result: Result, applied: set[str], folder: Path) -> None:
        bench = prepare(
            result.environment,
            output=folder / "out",
            data=folder / "data",
            progress=self._progress,
            synthesize=self._request.synthesize,
        )
        # Nothing is changed, so none needs to wait for another.
        chosen = [name for name in bench.graph if name in result.stacks and name in applied]
        independent = dict.fromkeys(chosen, frozenset[str]())

        rules = expected.load()

        def one(track: Track) -> bool:
            runner = track.runner
            if not connect_stack(track, PATIENT):
                return False
            look = partial(track.do, "look", partial(runner.plan, "refresh-only"))
            if not persist(track, look, PATIENT):
                return False
            if track.steps[-1].changed:
                result.drifted[track.stack] = list(drifted(runner.planned(), rules))
            return True

        result.tracks = bench.fleet.run("Looking for drift", independent, one)
