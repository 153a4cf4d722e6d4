"""Plans and applies the stacks of an environment, each after those that it reads from."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from automation.aws.states import Lock, RemoteState, States
from automation.errors import CommandError, UserError
from automation.terraform import steps
from automation.terraform.plan import Plan as Changes
from automation.terraform.plan_store import PlanStore, StoredPlan, unapproved
from automation.terraform.pool import StackPool, StackRun
from automation.terraform.runner import Step
from automation.terraform.stacks import Graph, Stack, dependencies, in_order, key_of, references
from automation.terraform.steps import PATIENT, Backoff


@dataclass(frozen=True)
class Inputs:
    """Digests of the outputs that a stack reads, and the stacks that lack one of them."""

    digests: Mapping[str, str]
    missing: tuple[str, ...]


class Wiring:
    """Which stack reads which outputs."""

    def __init__(self, stacks: Sequence[Stack], states: States) -> None:
        self._stacks = {stack.name: stack for stack in stacks}
        self._names = {key_of(stack): stack.name for stack in stacks}
        self._states = states

    def inputs(self, stack: str) -> Inputs:
        """What a stack would read now; raises `CommandError` when AWS does not tell."""
        digests: dict[str, str] = {}
        missing: list[str] = []
        for key, outputs in references(self._stacks[stack]).items():
            upstream = self._names.get(key, key)
            state = self._states.read(key)
            found = state.outputs if state else {}
            if state is None or not outputs <= found.keys():
                missing.append(upstream)
            digests |= {f"{upstream}.{name}": found[name] for name in outputs & found.keys()}
        return Inputs(digests, tuple(missing))

    def state(self, stack: str) -> RemoteState | None:
        """A stack's own state."""
        return self._states.read(key_of(self._stacks[stack]))


StackRuns = Mapping[str, StackRun]
# Shows people a plan that is made while others are applied, before it is applied itself.
Show = Callable[[Mapping[str, Changes]], None]
_UNSAVED = "errored.tfstate"


class Deployment:
    """The chosen stacks of an environment; all of them when none is named."""

    def __init__(
        self,
        stacks: Sequence[Stack],
        *,
        account: str,
        states: States,
        pool: StackPool,
        tiers: Iterable[str] = (),
        backoff: Backoff = PATIENT,
        show: Show = lambda _: None,
    ) -> None:
        self._stacks = {stack.name: stack for stack in stacks}
        self._account = account
        self._states = states
        self._wiring = Wiring(stacks, states)
        self.pool = pool
        self._backoff = backoff
        self._show = show
        everything = dependencies(stacks)
        chosen = set(tiers) or set(everything)
        self.graph: Graph = {
            name: everything[name] & chosen for name in in_order(everything) if name in chosen
        }
        self.plans: dict[str, StoredPlan] = {}
        self.changes: dict[str, Changes] = {}
        """What each of them would change, as Terraform shows it."""
        self.waiting: dict[str, tuple[str, ...]] = {}
        """Stacks that cannot be planned yet, and those whose outputs they wait for."""

    def check(self, environment: str) -> None:
        """Raises `UserError` when a chosen stack can by no means be deployed now."""
        for name in self.graph:
            unsaved = self._stacks[name].file.with_name(_UNSAVED)
            if unsaved.exists():
                raise UserError(
                    f"{name}: an earlier run could not save its state: in {unsaved.parent} run "
                    f"`terraform state push {_UNSAVED}`, then remove the file"
                )
            outside = [each for each in self._inputs(name).missing if each not in self.graph]
            if outside:
                first = ", ".join(outside)
                both = " ".join([*outside, name])
                raise UserError(
                    f"{name} reads outputs of {first}, which has not been deployed with them: "
                    f"run `python -m automation deploy {both} --env {environment}`"
                )

    def plan(self) -> StackRuns:
        """Plan every stack that can be; `plans` and `waiting` say what came of it."""
        received = {name: self._inputs(name) for name in self.graph}
        self.waiting = {name: each.missing for name, each in received.items() if each.missing}
        ready = {name: frozenset[str]() for name in self.graph if name not in self.waiting}
        return self.pool.run("Planning", ready, _failing(self._plan_one))

    def apply(self) -> StackRuns:
        """Deploy every stack; what was planned and still holds is applied as it was shown."""
        work = self._apply_shown if self.plans or self.waiting else self._apply_unseen
        return self.pool.run("Applying", self.graph, _failing(work))

    def apply_saved(self, plans: Mapping[str, StoredPlan], folder: PlanStore) -> StackRuns:
        """Apply reviewed plans, and nothing else; raises `UserError` when one is outdated.

        What reads outputs that another of them changes is left to a plan that knows them.
        """
        chosen = {name: plan for name, plan in plans.items() if name in self.graph}
        outdated = []
        for name, plan in chosen.items():
            state = self._wiring.state(name)
            reason = plan.staleness(self._stacks[name], state, self._account)
            if reason:
                outdated.append(f"{name}: {reason}")
        if outdated:
            raise UserError(
                f"plans are outdated, make them again with `plan --out`: {'; '.join(outdated)}"
            )
        self.plans = chosen
        graph = {name: self.graph[name] & chosen.keys() for name in self.graph if name in chosen}
        work = partial(self._apply_reviewed, folder=folder)
        return self.pool.run("Applying", graph, _failing(work))

    def lock(self, stack: str) -> Lock | None:
        """Who holds a stack's lock."""
        return self._states.lock(key_of(self._stacks[stack]))

    def unlock(self, stack: str, lock_id: str) -> StackRuns:
        """Take that lock away."""

        def work(stack_run: StackRun) -> bool:
            connected = steps.connect(stack_run, self._backoff)
            if connected:
                stack_run.runner.unlock(lock_id)
                stack_run.note = "unlocked"
            return connected

        return self.pool.run("Unlocking", {stack: frozenset()}, _failing(work))

    def _plan_one(self, stack_run: StackRun) -> bool:
        name = stack_run.stack
        state, received = self._wiring.state(name), self._inputs(name)
        if not (steps.connect(stack_run, self._backoff) and steps.plan(stack_run, self._backoff)):
            return False
        plan = StoredPlan.of(
            self._stacks[name],
            stack_run.steps[-1],
            account=self._account,
            terraform=self.pool.terraform.label,
            state=state,
            inputs=received.digests,
        )
        if plan.changed:
            self.changes[name] = stack_run.runner.planned()
        self.plans[name] = plan
        stack_run.note = "planned" if plan.changed else steps.NO_CHANGES
        return True

    def _apply_unseen(self, stack_run: StackRun) -> bool:
        return steps.deploy_stack(stack_run, self._showing(stack_run), backoff=self._backoff)

    def _apply_shown(self, stack_run: StackRun) -> bool:
        plan = self.plans.get(stack_run.stack)
        holds = plan is not None and self._still(plan)
        if plan and holds and not plan.changed:
            stack_run.note = steps.NO_CHANGES
            return True
        approve = self._showing(stack_run, partial(unapproved, plan=plan, every=holds))
        connected = plan is not None or steps.connect(stack_run, self._backoff)
        return connected and steps.plan_and_apply(stack_run, self._backoff, approve, planned=holds)

    def _apply_reviewed(self, stack_run: StackRun, folder: PlanStore) -> bool:
        plan = self.plans[stack_run.stack]
        if not self._still(plan):
            stack_run.note = "to be planned again"
            return False
        if not plan.changed:
            stack_run.note = steps.NO_CHANGES
            return True
        if not steps.connect(stack_run, self._backoff):
            return False
        folder.restore(plan.stack, to=stack_run.runner.plan_file)
        self._show({stack_run.stack: stack_run.runner.planned()})
        approve = self._showing(stack_run, partial(unapproved, plan=plan, every=True))
        return steps.plan_and_apply(stack_run, self._backoff, approve, planned=True)

    def _showing(self, stack_run: StackRun, approve: steps.Approve = lambda _: "") -> steps.Approve:
        """The same, after whoever watches has seen the plan."""

        def shown(step: Step) -> str:
            self._show({stack_run.stack: stack_run.runner.planned()})
            return approve(step)

        return shown

    def _still(self, plan: StoredPlan) -> bool:
        """Whether a stack would read what it read as it was planned."""
        return self._inputs(plan.stack).digests == plan.inputs

    def _inputs(self, name: str) -> Inputs:
        return self._wiring.inputs(name)


def _failing(work: Callable[[StackRun], bool]) -> Callable[[StackRun], bool]:
    """A stack whose state cannot be read fails by itself: raised, it would end all Terraforms."""

    def guarded(stack_run: StackRun) -> bool:
        try:
            return work(stack_run)
        except CommandError as error:
            return steps.refuse(stack_run, str(error))

    return guarded
