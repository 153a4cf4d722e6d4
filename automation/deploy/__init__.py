"""The work of `plan` and `deploy`: synthesize, prepare Terraform, plan, show, ask, apply."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm

from automation import WORKSPACE
from automation.aws import connect
from automation.aws.states import States
from automation.bootstrap import check_rights
from automation.command import attended, run, settings_of
from automation.deploy import result
from automation.deploy.deployment import Deployment
from automation.deploy.result import Run, RunLog, commit, versions
from automation.errors import INTERRUPTED, UserError, check_folder
from automation.review import Review, review_of, rules, terminal
from automation.terraform import program
from automation.terraform.masking import Mask
from automation.terraform.plan import Plan as Changes
from automation.terraform.plan_store import PlanStore
from automation.terraform.pool import prepare
from automation.terraform.program import Terraform
from automation.terraform.stacks import Synthesis, choose, ordered, synthesize
from automation.terraform.steps import PATIENT, Backoff
from config import Settings


@dataclass(frozen=True, kw_only=True)
class DeployRequest:
    """An environment, the tiers that are meant (none: all), and what to do with them.

    `out` keeps the plans that were made, `plans` applies such plans, and `unlock` takes away the
    lock that a run left on a stack when it died.
    """

    environment: str
    tiers: tuple[str, ...] = ()
    yes: bool = False
    as_json: bool = False
    out: Path | None = None
    plans: Path | None = None
    unlock: str | None = None
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where deployments of the environment keep what they need.

        Stacks are synthesized here rather than to `cdktf.out`, where somebody may synthesize
        another environment while Terraform is still at work.
        """
        return self.workspace / "deployment" / self.environment

    @property
    def runs(self) -> Path:
        """The logs of all runs."""
        return self.workspace / "runs"


class StackCommand:
    """One run of either command; what it does with the stacks is up to `do`.

    `watch` is called while Terraform works; what it raises ends that at once.
    """

    name = ""
    # Who only looks leaves the locks to those who deploy.
    locks = True

    def __init__(
        self,
        request: DeployRequest,
        *,
        console: Console,
        progress: Console,
        synthesizer: Callable[[str, Path], Synthesis] = synthesize,
        backoff: Backoff = PATIENT,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        self.request = request
        self.console = console
        self.progress = progress
        self._synthesize = synthesizer
        self._backoff = backoff
        self._watch = watch
        self.mask = Mask(os.environ)

    def run(self) -> int:
        """The exit code: 0, or 1 when a stack failed, or 130 when it was interrupted.

        Raises `UserError` for what the user can mend; nothing has been changed then.
        """
        request = self.request
        settings = settings_of(request.environment)
        self.refuse()
        found = program.find()
        lock = PlanStore(request.plans).lock_for(found.label) if request.plans else None
        session = connect(settings)
        states = States(session, settings)
        states.check()
        if self.locks:
            check_rights(session, settings, tell=self._tell)
        return run(
            partial(self._run, settings, found, states, lock),
            progress=self.progress,
            interrupted="interrupted: Terraform has ended; repeat the command",
            folder=request.folder,
            busy=f"{request.environment} is being deployed from this folder",
            place=request.workspace,
        )

    def _tell(self, line: str) -> None:
        self.progress.print(line, markup=False, highlight=False, soft_wrap=True)

    def _run(self, settings: Settings, found: Terraform, states: States, lock: str | None) -> int:
        request = self.request
        with self.progress.status(f"Synthesizing {request.environment}"):
            synthesis = self._synthesize(request.environment, request.folder / "out")
        tiers = [stack.name for stack in ordered(synthesis.stacks)]
        choose([*request.tiers, *filter(None, [request.unlock])], tiers)
        with self.progress.status("Preparing the provider"):
            workspace = prepare(
                synthesis.stacks, terraform=found, workspace=request.workspace, lock=lock
            )
        log = RunLog(
            request.runs, command=self.name, environment=request.environment, mask=self.mask
        )
        pool = workspace.pool(
            synthesis.stacks,
            data=request.folder / "stacks",
            console=self.progress,
            watch=self._watch,
            tell=log.step,
            locks=self.locks,
        )
        deployment = Deployment(
            synthesis.stacks,
            account=settings.account_id,
            states=states,
            pool=pool,
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
            versions=versions(found.label, workspace.installation.lock),
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
            log.write("end", how=how, exit_code=code, outcomes=outcomes, left=list(run.left))
        return code

    def do(self, deployment: Deployment, run: Run) -> None:
        """Work on the stacks, put what comes of it into `run`, and tell it."""
        raise NotImplementedError

    def review(self, changes: Mapping[str, Changes]) -> Review:
        """What plans would change, by risk; whether that is approved of is asked elsewhere."""
        return review_of(
            changes,
            title=f"Plan of {self.request.environment}",
            rules=rules.load(),
            mask=self.mask,
        )

    def _show(self, changes: Mapping[str, Changes]) -> None:
        terminal.show(self.review(changes), self.progress)

    def refuse(self) -> None:
        """Raises `UserError` for what was asked amiss."""

    def tell(self, run: Run) -> None:
        """Print what came of it."""
        if self.request.as_json:
            print(json.dumps(result.to_json(run, self.mask), indent=2))
        else:
            result.show(run, self.console, self.mask)


class PlanCommand(StackCommand):
    """Says what `deploy` would do."""

    name = "plan"
    locks = False

    def refuse(self) -> None:
        """Plans that cannot be kept need not be made."""
        super().refuse()
        if self.request.out is not None:
            check_folder(self.request.out, "--out")

    def do(self, deployment: Deployment, run: Run) -> None:
        """Plan every stack that can be, and keep the plans if that is asked for."""
        run.planned = deployment.plan()
        run.plans, run.waiting = deployment.plans, deployment.waiting
        run.review = self.review(deployment.changes)
        if self.request.out is not None:
            files = {name: stack_run.runner.plan_file for name, stack_run in run.planned.items()}
            lock = deployment.pool.installation.lock
            PlanStore(self.request.out).save(list(run.plans.values()), files, lock=lock)
        if not self.request.as_json:
            show_changes(run, self.console)
        self.tell(run)


class DeployCommand(StackCommand):
    """Brings the account to what is synthesized.

    What can be planned is planned and shown first, then there is one question for all. A stack
    whose inputs are still the same is applied exactly as it was shown; one whose upstreams have
    changed is planned again, and given up if it would destroy what was not shown.
    """

    name = "deploy"

    def do(self, deployment: Deployment, run: Run) -> None:
        """Apply what was reviewed, or what is agreed to, or everything."""
        request = self.request
        if request.unlock is not None:
            self._unlock(deployment, run, request.unlock)
        elif request.plans is not None:
            folder = PlanStore(request.plans)
            run.plans = folder.load()
            run.applied = deployment.apply_saved(run.plans, folder)
        elif request.yes or self._agreed(deployment, run):
            run.applied = deployment.apply()
        self.tell(run)

    def refuse(self) -> None:
        """Nobody can be asked without a terminal."""
        super().refuse()
        if self.request.unlock and (self.request.plans or self.request.tiers):
            raise UserError(
                "`deploy --unlock` takes away the lock of one stack and does nothing else: give "
                "neither tiers nor --plans with it"
            )
        if not self.request.yes and self.request.plans is None:
            attended(self.name, "add --yes, or apply reviewed plans with `deploy --plans`")

    def _agreed(self, deployment: Deployment, run: Run) -> bool:
        """Plan, show it and ask; without an answer in the affirmative nothing is applied."""
        run.planned = deployment.plan()
        run.plans, run.waiting = deployment.plans, deployment.waiting
        run.review = self.review(deployment.changes)
        if not run.ok:
            return False
        if not run.waiting and not any(plan.changed for plan in run.plans.values()):
            return False
        show_changes(run, self.progress)
        more = f", then what {', '.join(run.waiting)} needs" if run.waiting else ""
        question = f"Deploy to {run.environment}: {result.total(run)}{more}?"
        run.declined = not self._ask(question)
        return not run.declined

    def _unlock(self, deployment: Deployment, run: Run, stack: str) -> None:
        lock = deployment.lock(stack)
        if lock is None:
            raise UserError(f"{stack} is not locked: repeat `deploy` without --unlock")
        doing = lock.operation.removeprefix("OperationType").lower()
        self.progress.print(
            f"{stack} is locked by {lock.who} since {lock.since}, to {doing}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        sure = (
            "Has that run ended? A lock that is taken from a running one can ruin the state. Unlock"
        )
        if self.request.yes or self._ask(f"{sure} {stack}?"):
            run.graph = {stack: frozenset()}
            run.applied = deployment.unlock(stack, lock.id)
        else:
            run.declined = True

    def _ask(self, question: str) -> bool:
        try:
            return Confirm.ask(question, console=self.progress, default=False)
        except EOFError:
            return False


def show_changes(run: Run, console: Console) -> None:
    """Print every planned change by its risk, what has to wait, and how many there are of each."""
    if run.review:
        terminal.show(run.review, console)
    for name, upstreams in run.waiting.items():
        after = ", ".join(upstreams)
        line = f"    {name} waits for {after}, whose outputs it reads: it is planned after that"
        console.print(line, highlight=False, soft_wrap=True)
    if run.review:
        terminal.show_counts(run.review, console)
