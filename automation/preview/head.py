"""Plans the working tree against the applied base, in the order of a deployment."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from automation.emulator import gaps
from automation.emulator.gaps import Gap, without_gaps
from automation.errors import CommandError
from automation.preview.base import Base, refuse_failures
from automation.preview.synthesis import Comparison
from automation.review import Approval, Review, review_of, rules
from automation.review.rules import Rules
from automation.terraform import steps
from automation.terraform.masking import Mask
from automation.terraform.plan import Action, Plan
from automation.terraform.pool import Job, StackPool, StackRun
from automation.terraform.stacks import closure, dependencies, in_order, reverse
from automation.terraform.steps import PATIENT


@dataclass(frozen=True)
class PreviewPlans:
    """The plans by stack, and what has to be known of those that there are not."""

    plans: Mapping[str, Plan]
    affected: frozenset[str]
    """The stacks that there ought to be plans of: those that change, or may."""
    remarks: tuple[str, ...]


@dataclass
class Head:
    """The stacks of the working tree.

    A stack is planned when it is not the same as at the base, or reads an output that changes. To
    have the new value, what puts it out is applied to the emulated account first, unless that
    loses something: `losses` are the addresses that a plan must not destroy.
    """

    comparison: Comparison
    base: Base
    pool: StackPool
    losses: Callable[[str, Plan], Sequence[str]]
    _plans: dict[str, Plan] = field(default_factory=dict)
    _remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        graph = dependencies(self.comparison.head.values())
        self._graph = {name: graph[name] for name in in_order(graph)}

    def plan(self) -> PreviewPlans:
        """Plan whatever changes; raises `CommandError` where Terraform cannot."""
        changed, gone = self.comparison.changed, self.comparison.gone
        self._plan(self._ready(changed), gone)
        affected, lost = set(changed), set[str]()
        for name in self._graph:
            if name not in affected - lost:
                continue
            if name not in self._plans:
                self._plan([name])
            readers = self._readers(name)
            affected |= readers
            if readers and not self._followed(name, readers):
                lost |= closure(readers, reverse(self._graph))
            for each in readers | lost:
                self._plans.pop(each, None)
        return PreviewPlans(self._plans, frozenset(affected | lost | gone), tuple(self._remarks))

    def _plan(self, names: Iterable[str], gone: Iterable[str] = ()) -> None:
        """Plan stacks, and the end of others, as soon as the base has what they build on."""
        needed = {name: {name, *self._graph[name]} for name in names} | {n: {n} for n in gone}
        jobs = {
            name: Job(
                name,
                partial(self._plan_one, mode=None if name in self._graph else "destroy"),
                frozenset(map(self.base.applying, stacks)),
                patient=True,
                pool=self.pool if name in self._graph else None,
            )
            for name, stacks in needed.items()
        }
        stack_runs = self.base.apply(set().union(*needed.values()), jobs)
        refuse_failures(stack_runs, "not every stack can be planned")

    def _plan_one(self, stack_run: StackRun, mode: str | None) -> bool:
        planned = steps.connect(stack_run, PATIENT) and steps.plan(stack_run, PATIENT, mode)
        if planned:
            self._plans[stack_run.stack] = stack_run.runner.planned()
        return planned

    def _ready(self, names: frozenset[str]) -> list[str]:
        """Those that can be planned at once: nothing that they read is written otherwise now."""
        changes_inputs_of = self.comparison.changes_inputs_of
        return [
            name
            for name in self._graph
            if name in names
            and not any(changes_inputs_of(each, name) for each in self._graph[name] & names)
        ]

    def _readers(self, stack: str) -> frozenset[str]:
        """The stacks that read an output which the plan of a stack changes."""
        outputs = self._plans[stack].get("output_changes", {}).items()
        changing = {name for name, change in outputs if change["actions"] != ["no-op"]}
        return frozenset(
            name
            for name, upstreams in self._graph.items()
            if stack in upstreams and changing & self.comparison.read(stack, name)
        )

    def _followed(self, stack: str, readers: frozenset[str]) -> bool:
        """Apply what was planned, once the base has those that read it; a failure is a remark."""
        losses = self.losses(stack, self._plans[stack])
        if losses:
            self._remarks.append(
                f"What follows from {stack} is not planned, as it destroys {', '.join(losses)}: "
                "approve that to see it"
            )
            return False
        self.base.apply(readers)

        def work(stack_run: StackRun) -> bool:
            return steps.plan_and_apply(stack_run, PATIENT, planned=True)

        stack_runs = self.pool.run_jobs("Applying what others read", {stack: Job(stack, work)})
        try:
            refuse_failures(stack_runs, f"{stack} cannot be changed so in the emulated AWS")
        except CommandError as error:
            self._remarks.append(" ".join(str(error).split()))
            return False
        return True


_LOSSES = (Action.REPLACE, Action.DESTROY)


@dataclass(frozen=True, kw_only=True)
class ReviewPolicy:
    """The reviewed rules, approvals and gaps of the emulator, by which every plan is judged."""

    title: str
    approvals: Sequence[Approval]
    today: date
    environment: str = ""
    rules: Rules = field(default_factory=rules.load)
    gaps: Sequence[Gap] = field(default_factory=gaps.load)

    def review(self, plans: Mapping[str, Plan], expected: Sequence[str] = ()) -> Review:
        """Review plans by stack; `expected` are the stacks that there should be plans of."""
        return review_of(
            {name: without_gaps(plan, self.gaps) for name, plan in plans.items()},
            title=self.title,
            rules=self.rules,
            environment=self.environment,
            approvals=self.approvals,
            today=self.today,
            mask=Mask(os.environ),
            expected=expected,
        )

    def losses(self, stack: str, plan: Plan) -> list[str]:
        """The addresses of what a plan would destroy, that blocks and that nobody has approved."""
        blocking = self.review({stack: plan}).blocking
        return [change.address for change in blocking if change.action in _LOSSES]
