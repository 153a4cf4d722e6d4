"""`plan` and `deploy` over a platform that was synthesized already, with what they found."""

from collections.abc import Callable, Mapping, Sequence

from automation.deploy import DeployCommand, DeployRequest, PlanCommand, StackCommand
from automation.deploy.deployment import Deployment
from automation.deploy.result import Run
from automation.emulator import gaps
from automation.review import Review
from automation.review.changes import Change
from automation.terraform.plan import Plan
from automation.terraform.stacks import Synthesis
from automation.terraform.steps import Backoff
from tests.automation.consoles import Consoles

# Whether to go on, by what the review blocks.
Agree = Callable[[Sequence[Change]], bool]
_SOON = Backoff(tries=1, base=0.2, cap=1)


class _Watched(StackCommand):
    """A command over a platform that was synthesized already; `watch` ends it when it raises."""

    def __init__(
        self, request: DeployRequest, synthesis: Synthesis, watch: Callable[[], None]
    ) -> None:
        consoles = Consoles()
        super().__init__(
            request,
            console=consoles.console,
            progress=consoles.progress,
            synthesizer=lambda *_: synthesis,
            backoff=_SOON,
            watch=watch,
        )


class Deploying(_Watched, DeployCommand):
    """`deploy` with somebody at the terminal, who agrees or not by what the review blocks."""

    def __init__(
        self, request: DeployRequest, synthesis: Synthesis, watch: Callable[[], None], agree: Agree
    ) -> None:
        super().__init__(request, synthesis, watch)
        self._agree = agree
        self._reviews: list[Review] = []
        self.ran: Run | None = None

    @property
    def blocking(self) -> tuple[Change, ...]:
        """What the review blocks."""
        return tuple(each for review in self._reviews for each in review.blocking)

    @property
    def declined(self) -> bool:
        """Whether they did not agree, so that nothing was applied."""
        return self.ran is not None and self.ran.declined

    @property
    def faults(self) -> tuple[str, ...]:
        """Why it did not succeed."""
        return _faults(self.ran)

    def refuse(self) -> None:
        """There is somebody to ask."""

    def review(self, changes: Mapping[str, Plan]) -> Review:
        self._reviews.append(super().review(changes))
        return self._reviews[-1]

    def tell(self, run: Run) -> None:
        self.ran = run
        super().tell(run)

    def _ask(self, _: str) -> bool:
        return self._agree(self.blocking)


class PlanningAgain(_Watched, PlanCommand):
    """`plan` of what was just deployed: whatever it would change is a fault."""

    faults: tuple[str, ...] = ()

    def do(self, deployment: Deployment, run: Run) -> None:
        super().do(deployment, run)
        known = gaps.load()
        again = (
            f"{stack} changes again: {each}"
            for stack, plan in deployment.changes.items()
            for each in gaps.judge(plan, known).unexplained
        )
        self.faults = (*_faults(run), *again)


def _faults(run: Run | None) -> tuple[str, ...]:
    if run is None:
        return ("it did not end",)
    return tuple(
        f"{stack} failed: {fault.kind}: {fault.what}"
        for stack in run.graph
        for fault in run.faults(stack)
    )
