"""The result of a run of `plan` or `deploy`, for people and for machines, and its log."""

import json
import platform
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation import PROJECT
from automation.programs import for_git
from automation.review import Review, text
from automation.review.rules import Risk
from automation.terraform.diagnostics import Fault, faults
from automation.terraform.masking import Mask
from automation.terraform.plan_store import StoredPlan
from automation.terraform.pool import Outcome, StackRun
from automation.terraform.runner import Operation, Step
from automation.terraform.stacks import CROSS_STACK, Graph
from bindings import framework


@dataclass
class Run:
    """What came of each stack; what has not happened is empty."""

    environment: str
    command: str
    graph: Graph
    log: Path
    planned: Mapping[str, StackRun] = field(default_factory=dict)
    applied: Mapping[str, StackRun] = field(default_factory=dict)
    plans: Mapping[str, StoredPlan] = field(default_factory=dict)
    review: Review | None = None
    """What the plans would change, by risk."""
    waiting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declined: bool = False

    @property
    def stack_runs(self) -> Mapping[str, StackRun]:
        """What was done last."""
        return self.applied or self.planned

    @property
    def ok(self) -> bool:
        """Whether nothing failed, and nobody declined."""
        outcomes = {stack_run.outcome for stack_run in self.stack_runs.values()}
        return Outcome.FAILED not in outcomes and not self.declined

    @property
    def left(self) -> tuple[str, ...]:
        """The stacks that there is still something to do with, as far as anybody knows.

        After a plan, those that it changes and those that wait; after a deployment, what it did not
        get to, or had no plan for that still held.
        """
        settled = {name for name, each in self.applied.items() if each.outcome is Outcome.DONE}
        if not self.applied:
            settled = {name for name, plan in self.plans.items() if not plan.changed}
        return tuple(name for name in self.graph if name not in settled)

    def outcome(self, stack: str) -> str:
        """What became of a stack, in words."""
        stack_run = self.stack_runs.get(stack)
        if stack_run is not None:
            return stack_run.note or str(stack_run.outcome)
        if stack in self.waiting and not self.applied:
            return f"waits for {', '.join(self.waiting[stack])}"
        return "not planned" if self.applied else str(Outcome.SKIPPED)

    def changed(self, stack: str) -> tuple[int, int, int]:
        """How many resources of a stack are, or would be, created, changed and destroyed."""
        stack_run = self.applied.get(stack)
        if stack_run is not None:
            actions = [each.action for step in stack_run.steps for each in step.applied]
        else:
            plan = self.plans.get(stack)
            actions = [each.action for each in plan.intended] if plan else []
        both = actions.count("replace")
        return (
            actions.count("create") + both,
            actions.count("update"),
            actions.count("delete") + both,
        )

    def faults(self, stack: str) -> tuple[Fault, ...]:
        """Why a stack failed."""
        stack_run = self.stack_runs.get(stack)
        failed = stack_run is not None and stack_run.outcome is Outcome.FAILED
        return faults(stack_run.problems) if stack_run and failed else ()

    def seconds(self, stack: str) -> float:
        """How long Terraform worked on a stack."""
        both = (self.planned.get(stack), self.applied.get(stack))
        return sum(stack_run.seconds for stack_run in both if stack_run)

    def outputs(self) -> Iterator[tuple[str, object]]:
        """What a user needs to know, by `<stack>.<output>`; secrets are none of them."""
        for name, stack_run in self.applied.items():
            for step in stack_run.steps:
                if step.command is Operation.APPLY:
                    yield from ((f"{name}.{key}", value) for key, value in step.outputs.items())


_STYLES = {"failed": "red", "not started": "yellow", "done": "green", "planned": "cyan"}


def show(run: Run, console: Console, mask: Mask) -> None:
    """Print the table of stacks, what failed and why, and where the log is."""
    console.print(_table(run, plain=not console.is_terminal))
    for line in _lines(run, mask):
        console.print(line, highlight=False, soft_wrap=True)


def to_json(run: Run, mask: Mask) -> dict[str, Any]:
    """The same as values that JSON can hold; times are in seconds."""
    answer = {
        "environment": run.environment,
        "command": run.command,
        "ok": run.ok,
        "left": list(run.left),
        "risks": {risk: run.review.count(risk) for risk in Risk} if run.review else {},
        "stacks": [_stack(run, name) for name in run.graph],
        "outputs": dict(run.outputs()),
        "log": str(run.log),
    }
    masked: dict[str, Any] = mask.within(answer)
    return masked


def total(run: Run) -> str:
    """How many resources the plans create, change and destroy."""
    add, change, destroy = (sum(each) for each in zip(*_counts(run), strict=True))
    return f"{add} to create, {change} to change, {destroy} to destroy"


def _counts(run: Run) -> list[tuple[int, int, int]]:
    return [run.changed(name) for name in run.graph]


def _table(run: Run, *, plain: bool) -> Table:
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("stack", no_wrap=True)
    for column in ("create", "change", "destroy", "seconds"):
        table.add_column(column, justify="right")
    table.add_column("outcome")
    for name in run.graph:
        counts = [str(count or "") for count in run.changed(name)]
        outcome = run.outcome(name)
        word = f"[{_STYLES.get(outcome, 'dim')}]{escape(outcome)}[/]"
        table.add_row(name, *counts, f"{run.seconds(name):.1f}", word)
    return table


def _lines(run: Run, mask: Mask) -> Iterator[str]:
    for name in run.graph:
        for fault in run.faults(name):
            yield f"[red]{name}[/]: {fault.kind}: {escape(mask(fault.what))}"
            yield f"  {escape(fault.remedy)}"
    outputs = [pair for pair in run.outputs() if CROSS_STACK not in pair[0]]
    for key, value in outputs:
        yield f"{key} = {escape(mask(str(value)))}"
    yield f"{run.environment}: {_verdict(run)}"
    yield f"log: {run.log}"


def _verdict(run: Run) -> str:
    if run.declined:
        return "nothing was applied"
    if not run.applied:
        return _outlook(run) if run.ok else "[red]planning failed[/]"
    add, change, destroy = (sum(each) for each in zip(*_counts(run), strict=True))
    done = f"{add} created, {change} changed, {destroy} destroyed"
    if run.ok:
        more = f"; to be planned next: {', '.join(run.left)}" if run.left else ""
        return f"[green]deployed[/], {done}{more}"
    return f"[red]not fully deployed[/], {done}: mend what failed and repeat the command"


def _outlook(run: Run) -> str:
    changed = any(plan.changed for plan in run.plans.values())
    return total(run) if changed or run.waiting else "nothing to change"


def _stack(run: Run, name: str) -> dict[str, Any]:
    add, change, destroy = run.changed(name)
    plan = run.plans.get(name)
    return {
        "name": name,
        "outcome": run.outcome(name),
        "depends_on": sorted(run.graph[name]),
        "create": add,
        "change": change,
        "destroy": destroy,
        "changes": [vars(each) for each in plan.intended] if plan else [],
        "review": text.changes(run.review, name) if run.review else [],
        "waits_for": list(run.waiting.get(name, ())),
        "seconds": round(run.seconds(name), 3),
        "problems": [fault.to_json() for fault in run.faults(name)],
    }


KEPT = 50
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


def _now() -> datetime:
    return datetime.now(UTC)


class RunLog:
    """One run's file; safe to call from several threads."""

    def __init__(
        self,
        folder: Path,
        *,
        command: str,
        environment: str,
        mask: Mask,
        clock: Callable[[], datetime] = _now,
        kept: int = KEPT,
    ) -> None:
        self._mask = mask
        self._clock = clock
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_PRIVATE_FOLDER)
        stamp = clock().strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = folder / f"{stamp}-{command}-{environment}.jsonl"
        self.path.touch(mode=_PRIVATE_FILE)
        # Their names are in the order of time.
        for old in sorted(folder.glob("*.jsonl"))[:-kept]:
            old.unlink(missing_ok=True)

    def write(self, what: str, **values: Any) -> None:
        """Add a line."""
        entry = {"at": self._clock().isoformat(), "what": what, **self._mask.within(values)}
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def step(self, stack_run: StackRun, phase: str) -> None:
        """Add what a step of a stack did; values of outputs and attributes are left out."""
        step = stack_run.steps[-1]
        self.write("step", stack=stack_run.stack, phase=phase, **described(step))


def described(step: Step) -> dict[str, Any]:
    """A step as values that JSON can hold."""
    summary = step.summary
    return {
        "command": step.command.value,
        "exit_code": step.exit_code,
        "seconds": round(step.seconds, 3),
        "planned": {"add": summary.add, "change": summary.change, "remove": summary.remove},
        "intended": [vars(each) for each in step.intended if step.command is Operation.PLAN],
        "resources": [vars(each) for each in step.applied],
        "problems": [fault.to_json() for fault in faults(step.problems)],
    }


def versions(terraform: str, lock: str) -> dict[str, str]:
    """Of what took part in a run; `lock` is Terraform's file that names the providers."""
    synthesizes = framework.chosen()
    provider = re.search(r'version\s*=\s*"([^"]+)"', lock)
    return {
        "terraform": terraform,
        "aws_provider": provider[1] if provider else "",
        "python": platform.python_version(),
        "boto3": metadata.version("boto3"),
        synthesizes.name: synthesizes.version,
    }


def commit(folder: Path = PROJECT) -> str:
    """The git commit that is checked out; empty where there is no git, or no repository."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],  # noqa: S607
            cwd=folder,
            env={**for_git(), "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
