"""`plan` and `deploy`, apart from how they are typed."""

from rich.prompt import Confirm

from automation.deployment import summary
from automation.deployment.base import Command
from automation.deployment.deployment import Deployment
from automation.deployment.plans import Folder
from automation.deployment.run import Run
from automation.errors import UserError
from automation.guards import attended
from automation.remedies import check_folder


class Plan(Command):
    """Says what `deploy` would do."""

    name = "plan"

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
            files = {name: track.runner.plan_file for name, track in run.planned.items()}
            Folder(self.request.out).save(list(run.plans.values()), files)
        if not self.request.as_json:
            summary.show_changes(run, self.console)
        self.tell(run)


class Deploy(Command):
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
            folder = Folder(request.plans)
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
        if self.request.plans is not None:
            Folder(self.request.plans).load()
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
        summary.show_changes(run, self.progress)
        more = f", then what {', '.join(run.waiting)} needs" if run.waiting else ""
        question = f"Deploy to {run.environment}: {summary.total(run)}{more}?"
        run.declined = not self._ask(question)
        return not run.declined

    def _unlock(self, deployment: Deployment, run: Run, stack: str) -> None:
        lock = deployment.lock(stack)
        if lock is None:
            raise UserError(f"{stack} is not locked: repeat `deploy` without --unlock")
        doing = lock["Operation"].removeprefix("OperationType").lower()
        self.progress.print(
            f"{stack} is locked by {lock['Who']} since {lock['Created']}, to {doing}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        sure = (
            "Has that run ended? A lock that is taken from a running one can ruin the state. Unlock"
        )
        if self.request.yes or self._ask(f"{sure} {stack}?"):
            run.graph = {stack: frozenset()}
            run.applied = deployment.unlock(stack, lock["ID"])
        else:
            run.declined = True

    def _ask(self, question: str) -> bool:
        try:
            return Confirm.ask(question, console=self.progress, default=False)
        except EOFError:
            return False
