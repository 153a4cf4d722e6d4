"""The result of a rehearsal, for people and for machines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.checks import Finding
from automation.emulator.gaps import GapVerdict
from automation.rehearse.calls import Unknown
from automation.terraform.pool import Outcome, StackRun
from automation.terraform.progress import AppliedResource, Problem
from automation.terraform.stacks import CROSS_STACK, Graph, Synthesis, critical_path


@dataclass
class RehearsalResult:
    """An environment's rehearsal; what has not happened is empty."""

    synthesis: Synthesis
    graph: Graph
    applied: Mapping[str, StackRun] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    without_checks: Sequence[str] = ()
    """The tiers of which is looked at what is looked at of any, and no more."""
    not_by_plan: Sequence[str] = ()
    """The stacks that the role which plans cannot plan again with the provider that is here."""
    planned_again: Mapping[str, StackRun] = field(default_factory=dict)
    verdicts: dict[str, GapVerdict] = field(default_factory=dict)
    destroyed: Mapping[str, StackRun] = field(default_factory=dict)
    left: Sequence[str] = ()
    altered: Sequence[str] = ()
    unknown: Sequence[Unknown] = ()
    """What the account could not judge, as its models do not know it."""
    lenient: bool = False
    """Whether the account forgave what AWS refuses: then it shows nothing of that."""
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failures(self) -> list[str]:
        """Everything that keeps the rehearsal from being a success, a line each."""
        return [
            *self._incomplete(),
            *(f"check failed: {each.tier}: {each.what}: {each.detail}" for each in self.failed),
            *(f"changes again: {each}" for each in self._changes()),
            *(f"not destroyed: {each}" for each in self.left),
            *(f"the rehearsal altered {each}" for each in self.altered),
        ]

    @property
    def ok(self) -> bool:
        """Whether everything was applied, holds, and stays as it is."""
        return not self.failures

    @property
    def failed(self) -> list[Finding]:
        """Checks of the live account that failed."""
        return [finding for finding in self.findings if not finding.ok]

    @property
    def problems(self) -> Iterator[tuple[str, Problem]]:
        """Terraform's errors, by stack."""
        for stack_runs in self._passes():
            for name, stack_run in stack_runs.items():
                yield from ((name, problem) for problem in stack_run.problems)

    @property
    def outputs(self) -> dict[str, Any]:
        """What a user needs to know, by `<stack>.<output>`."""
        return {
            f"{name}.{key}": value
            for name, stack_run in self.applied.items()
            for step in stack_run.steps
            for key, value in step.outputs.items()
            if not key.startswith(CROSS_STACK)
        }

    @property
    def critical_path(self) -> dict[str, float]:
        """The chain of stacks that takes longest to apply, with the seconds of each."""
        done = {
            name: stack_run.seconds for name, stack_run in self.applied.items() if stack_run.steps
        }
        return {name: done[name] for name in critical_path(self.graph, done)}

    def slowest(self, count: int) -> list[tuple[str, AppliedResource]]:
        """The resources that took longest to apply, each after its stack."""
        resources = [(name, each) for name in self.applied for each in self.resources(name)]
        return sorted(resources, key=lambda pair: -pair[1].seconds)[:count]

    def resources(self, stack: str) -> list[AppliedResource]:
        """The resources of a stack that were applied."""
        stack_run = self.applied.get(stack)
        return [each for step in stack_run.steps for each in step.applied] if stack_run else []

    def _incomplete(self) -> Iterator[str]:
        for stack_runs in self._passes():
            for outcome in (Outcome.FAILED, Outcome.SKIPPED):
                # What a second plan would change is listed change by change.
                listed = self.verdicts if stack_runs is self.planned_again else {}
                names = [
                    name
                    for name, stack_run in stack_runs.items()
                    if stack_run.outcome is outcome and name not in listed
                ]
                if names:
                    yield f"{outcome}: {', '.join(names)}"

    def _changes(self) -> Iterator[str]:
        for name, verdict in self.verdicts.items():
            yield from (f"{name}: {change}" for change in verdict.unexplained)

    def _passes(self) -> tuple[Mapping[str, StackRun], ...]:
        return self.applied, self.planned_again, self.destroyed


_SLOWEST_SHOWN = 8
# Nobody can tell from here which of both it is.
_AGAIN = (
    "What changes again is either a fault of the stack, which a second plan shows in AWS, too, or "
    "something that the emulator forgets and AWS keeps: then add it, with the reason, to "
    "automation/emulator/gaps.toml, and it no longer counts"
)
_NOT_BY_PLAN = (
    "planned again as the role that deploys, since this provider reads the password that it wrote; "
    "6.40 and newer ones do not, and leave that to the role that plans"
)
_STYLES = {Outcome.DONE: "green", Outcome.FAILED: "red", Outcome.SKIPPED: "yellow"}


def show(result: RehearsalResult, console: Console) -> None:
    """Print the table of stacks, where the time went, what a user needs, and the verdict."""
    console.print(_table(result, plain=not console.is_terminal))
    for line in _lines(result):
        console.print(line, highlight=False, soft_wrap=True)


def _table(result: RehearsalResult, *, plain: bool) -> Table:
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("stack", no_wrap=True)
    phases = ("init", "plan", "apply", "again", *(("destroy",) if result.destroyed else ()))
    for column in ("resources", *phases, "seconds"):
        table.add_column(column, justify="right")
    table.add_column("outcome", no_wrap=True)
    for name in result.graph:
        seconds = phase_seconds(result, name)
        cells = [f"{seconds[each]:.1f}" if each in seconds else "" for each in phases]
        count = str(len(result.resources(name)))
        outcome = outcome_of(result, name)
        word = f"[{_STYLES[outcome]}]{outcome}[/]"
        table.add_row(name, count, *cells, f"{sum(seconds.values()):.1f}", word)
    return table


def phase_seconds(result: RehearsalResult, stack: str) -> dict[str, float]:
    """How long each command took for a stack; planning to destroy counts as destroying."""
    seconds = {
        str(step.command): step.seconds
        for step in (result.applied[stack].steps if stack in result.applied else ())
    }
    for phase, stack_runs in (("again", result.planned_again), ("destroy", result.destroyed)):
        if stack in stack_runs:
            seconds[phase] = stack_runs[stack].seconds
    return seconds


def outcome_of(result: RehearsalResult, stack: str) -> Outcome:
    """The worst that became of a stack."""
    passes: tuple[Mapping[str, StackRun], ...] = (
        result.applied,
        result.planned_again,
        result.destroyed,
    )
    outcomes = {stack_runs[stack].outcome for stack_runs in passes if stack in stack_runs}
    for outcome in (Outcome.FAILED, Outcome.SKIPPED):
        if outcome in outcomes:
            return outcome
    return Outcome.DONE if outcomes else Outcome.SKIPPED


def _lines(result: RehearsalResult) -> Iterator[str]:
    yield from _problems(result)
    yield from _time(result)
    if result.findings:
        yield _checks(result)
    if result.planned_again:
        yield _changes(result)
        yield from (f"[yellow]{name}: {_NOT_BY_PLAN}[/]" for name in result.not_by_plan)
    if result.outputs:
        yield "Outputs:"
        width = max(map(len, result.outputs))
        for name, value in result.outputs.items():
            yield f"  {name:<{width}}  {escape(_shown(value))}"
    yield from (f"[yellow]{escape(str(each))}[/]" for each in result.unknown)
    for failure in result.failures:
        yield f"[red]{escape(failure)}[/]"
    if any(each.unexplained for each in result.verdicts.values()):
        yield _AGAIN
    if result.lenient:
        yield "[yellow]lenient: the account forgave what AWS refuses[/]"
    yield _verdict(result)


def _problems(result: RehearsalResult) -> Iterator[str]:
    for stack, problem in result.problems:
        yield f"[red]{stack}[/]: {escape(str(problem))}\n"


def _time(result: RehearsalResult) -> Iterator[str]:
    spent = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in result.seconds.items())
    yield f"Time: {spent}"
    path = result.critical_path
    stacks = " -> ".join(f"{name} {seconds:.1f} s" for name, seconds in path.items())
    yield f"Critical path: {stacks}, {sum(path.values()):.1f} s in all"
    yield "Slowest resources:"
    for stack, resource in result.slowest(_SLOWEST_SHOWN):
        yield f"  {resource.seconds:4.0f} s  {stack}: {escape(resource.address)}"


def _checks(result: RehearsalResult) -> str:
    total, failed = len(result.findings), len(result.failed)
    general = ", ".join(result.without_checks)
    note = f" (none of its own for {general})" if general else ""
    return f"Live account: {total - failed} of {total} checks hold{note}"


def _changes(result: RehearsalResult) -> str:
    explained = sum(len(each.explained) for each in result.verdicts.values())
    unexplained = sum(len(each.unexplained) for each in result.verdicts.values())
    count = unexplained or "nothing"
    known = f", but for {explained} that the emulator forgets" if explained else ""
    return f"Second plan: {count} left to change{known}"


def _verdict(result: RehearsalResult) -> str:
    resources = sum(len(result.resources(name)) for name in result.graph)
    word = "[green]rehearsed[/]" if result.ok else "[red]rehearsal failed[/]"
    return (
        f"{result.synthesis.environment}: {word}, {len(result.graph)} stacks, "
        f"{resources} resources, {sum(result.seconds.values()):.1f} s"
    )


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


_SLOWEST_TOLD = 20


def to_json(result: RehearsalResult) -> dict[str, Any]:
    """The result as values that JSON can hold; times are in seconds."""
    return {
        "environment": result.synthesis.environment,
        "ok": result.ok,
        "lenient": result.lenient,
        "failures": result.failures,
        "seconds": _rounded(result.seconds),
        "stacks": [_stack(result, name) for name in result.graph],
        "critical_path": _rounded(result.critical_path),
        "slowest_resources": [
            {"stack": stack, "address": each.address, "seconds": each.seconds}
            for stack, each in result.slowest(_SLOWEST_TOLD)
        ],
        "checks": {
            "total": len(result.findings),
            "failed": len(result.failed),
        },
        "gaps_used": sorted(
            {
                f"{gap.type}.{gap.attribute}"
                for verdict in result.verdicts.values()
                for gap in verdict.used
            }
        ),
        "not_by_plan": list(result.not_by_plan),
        "unknown": [each.to_json() for each in result.unknown],
        "outputs": result.outputs,
    }


def _stack(result: RehearsalResult, name: str) -> dict[str, Any]:
    verdict = result.verdicts.get(name)
    return {
        "name": name,
        "outcome": outcome_of(result, name).value,
        "depends_on": sorted(result.graph[name]),
        # One block may make several resources, such as a record for each name.
        "blocks": len({each.address.partition("[")[0] for each in result.resources(name)}),
        "resources": len(result.resources(name)),
        "seconds": _rounded(phase_seconds(result, name)),
        "changes_by_emulator_gaps": [str(each) for each in verdict.explained] if verdict else [],
        "changes": [str(each) for each in verdict.unexplained] if verdict else [],
        "problems": [str(problem) for stack, problem in result.problems if stack == name],
    }


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {phase: round(each, 3) for phase, each in seconds.items()}
