"""What `plan` and `deploy` have in common."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from automation import terraform
from automation.aws import connect
from automation.commands import settings_of
from automation.deployment import summary
from automation.deployment.backoff import PATIENT, Backoff
from automation.deployment.deployment import Deployment
from automation.deployment.masking import Mask
from automation.deployment.request import Request
from automation.deployment.run import Run
from automation.deployment.runlog import RunLog, commit, versions
from automation.deployment.states import States
from automation.errors import INTERRUPTED, UserError
from automation.fleet import Fleet
from automation.guards import alone, interruptible
from automation.installation import Installation, install
from automation.remedies import disk_errors
from automation.review import rules, terminal
from automation.review.plans import Plan as Changes
from automation.review.result import Review, review
from automation.synthesis import Synthesis, synthesize
from automation.terraform import Terraform
from automation.tiers import choose, ordered
from config import Settings


class Command:
    """One run of either command; what it does with the stacks is up to `do`."""

    name = ""

    def __init__(
        self,
        request: Request,
        *,
        console: Console,
        progress: Console,
        synthesizer: Callable[[str, Path], Synthesis] = synthesize,
        backoff: Backoff = PATIENT,
    ) -> None:
        self.request = request
        self.console = console
        self.progress = progress
        self._synthesize = synthesizer
        self._backoff = backoff
        self.mask = Mask(os.environ)

    def run(self) -> int:
        """The exit code: 0, or 1 when a stack failed, or 130 when it was interrupted.

        Raises `UserError` for what the user can mend; nothing has been changed then.
        """
        request = self.request
        settings = settings_of(request.environment)
        self.refuse()
        found = terraform.find()
        states = States(connect(settings), settings)
        states.check()
        busy = f"{request.environment} is being deployed from this folder"
        with disk_errors(request.workspace), alone(request.folder, busy), interruptible():
            try:
                return self._run(settings, found, states)
            except KeyboardInterrupt:
                self.progress.print("interrupted: Terraform has ended; repeat the command")
                return INTERRUPTED

    def _run(self, settings: Settings, found: Terraform, states: States) -> int:
        request = self.request
        with self.progress.status(f"Synthesizing {request.environment}"):
            synthesis = self._synthesize(request.environment, request.folder / "out")
        tiers = [stack.name for stack in ordered(synthesis.stacks)]
        choose([*request.tiers, *filter(None, [request.unlock])], tiers)
        with self.progress.status("Preparing the provider"):
            installation = install(found, synthesis.stacks, request.workspace)
        log = RunLog(
            request.runs, command=self.name, environment=request.environment, mask=self.mask
        )
        fleet = self._fleet(synthesis, found, installation, log)
        deployment = Deployment(
            synthesis.stacks,
            account=settings.account_id,
            states=states,
            fleet=fleet,
            tiers=request.tiers,
            backoff=self._backoff,
            show=self._show,
        )
        run = Run(request.environment, self.name, deployment.graph, log.path)
        log.write(
            "run",
            command=self.name,
            environment=request.environment,
            account=settings.account_id,
            stacks=list(deployment.graph),
            versions=versions(found.version, installation.lock),
            commit=commit(),
        )
        return self._logged(deployment, run, log)

    def _logged(self, deployment: Deployment, run: Run, log: RunLog) -> int:
        """Do it, and have the log say how it ended, whatever happens."""
        code, how = 1, "failed"
        try:
            deployment.check(run.environment)
            self.do(deployment, run)
            if run.ok:
                code, how = 0, "done"
            elif run.declined:
                how = "declined"
        except KeyboardInterrupt:
            code, how = INTERRUPTED, "interrupted"
            raise
        except UserError:
            code, how = 2, "refused"
            raise
        finally:
            outcomes = {name: run.outcome(name) for name in run.graph}
            log.write("end", how=how, exit_code=code, outcomes=outcomes)
        return code

    def do(self, deployment: Deployment, run: Run) -> None:
        """Work on the stacks, put what comes of it into `run`, and tell it."""
        raise NotImplementedError

    def review(self, changes: Mapping[str, Changes]) -> Review:
        """What plans would change, by risk; whether that is approved of is asked elsewhere."""
        return review(
            changes,
            title=f"Plan of {self.request.environment}",
            rules=rules.load(),
            mask=self.mask,
        )

    def _show(self, changes: Mapping[str, Changes]) -> None:
        terminal.show(self.review(changes), self.progress)

    def refuse(self) -> None:
        """Raises `UserError` for what was asked amiss."""

    def _fleet(
        self, synthesis: Synthesis, found: Terraform, installation: Installation, log: RunLog
    ) -> Fleet:
        return Fleet(
            synthesis.stacks,
            terraform=replace(found, environ=installation.environ),
            installation=installation,
            workspace=self.request.folder / "stacks",
            console=self.progress,
            tell=log.step,
        )

    def tell(self, run: Run) -> None:
        """Print what came of it."""
        if self.request.as_json:
            print(json.dumps(summary.to_json(run, self.mask), indent=2))
        else:
            summary.show(run, self.console, self.mask)
