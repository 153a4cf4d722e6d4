"""Plans the working tree against the base that was applied, in the order of a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from automation.deployment import steps
from automation.deployment.backoff import PATIENT
from automation.errors import CommandError
from automation.fleet import Fleet, Job, Track
from automation.graph import closure, dependencies, in_order, reverse
from automation.preview.base import Base, plans, refuse_failures
from automation.preview.comparison import Comparison
from automation.review.plans import Plan


@dataclass(frozen=True)
class Planned:
    """The plans by stack, and what has to be known of those that there are not."""

    plans: Mapping[str, Plan]
    affected: frozenset[str]
    """The stacks that there ought to be plans of."""
    remarks: tuple[str, ...]


@dataclass
class Head:
    """The stacks of the working tree.

    A stack is planned when it is not the same as at the base, or reads an output that changes. To
    have the new value, what puts it out is applied to the emulated account first.
    """

    comparison: Comparison
    base: Base
    fleet: Fleet
    _plans: dict[str, Plan] = field(default_factory=dict)
    _remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        graph = dependencies(self.comparison.head.values())
        self._graph = {name: graph[name] for name in in_order(graph)}

    def plan(self) -> Planned:
        """Plan whatever changes; raises `CommandError` where Terraform cannot."""
        changed, gone = self.comparison.changed, self.comparison.gone
        self.base.apply({*closure(changed, self._graph), *gone})
        self._plans |= self.base.plan_end(gone)
        self._plans |= plans(self.fleet, self._unfed(changed))
        affected, lost = set(changed), set[str]()
        for name in self._graph:
            if name not in affected - lost:
                continue
            if name not in self._plans:
                self._plans |= plans(self.fleet, [name])
            readers = self._readers(name)
            if readers:
                affected |= readers
                self.base.apply(readers)
                if not self._applied(name):
                    lost |= closure(readers, reverse(self._graph))
                for each in readers | lost:
                    self._plans.pop(each, None)
        return Planned(self._plans, frozenset(affected | gone), tuple(self._remarks))

    def _unfed(self, names: frozenset[str]) -> list[str]:
        """Those that can be planned at once: nothing that they read is written otherwise now."""
        feeds = self.comparison.feeds
        return [
            name
            for name in self._graph
            if name in names and not any(feeds(each, name) for each in self._graph[name] & names)
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

    def _applied(self, stack: str) -> bool:
        """Apply what was planned, for those that read it; a failure is a remark."""

        def work(track: Track) -> bool:
            return steps.plan_and_apply(track, PATIENT, planned=True)

        tracks = self.fleet.run_jobs("Applying what others read", {stack: Job(stack, work)})
        try:
            refuse_failures(tracks, f"{stack} cannot be changed so in the emulated AWS")
        except CommandError as error:
            self._remarks.append(str(error))
            return False
        return True
