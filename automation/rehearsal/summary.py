"""Tells people how a rehearsal went."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.checks import without_checks
from automation.fleet import Track
from automation.rehearsal.result import Result
from automation.scheduler import Outcome

_SLOWEST = 8
# Nobody can tell from here which of both it is.
_AGAIN = (
    "What changes again is either a fault of the stack, which a second plan shows in AWS, too, or "
    "something that the emulator forgets and AWS keeps: then add it, with the reason, to "
    "automation/emulator/gaps.toml, and it no longer counts"
)
_STYLES = {Outcome.DONE: "green", Outcome.FAILED: "red", Outcome.SKIPPED: "yellow"}


def show(result: Result, console: Console) -> None:
    """Print the table of stacks, where the time went, what a user needs, and the verdict."""
    console.print(_table(result, plain=not console.is_terminal))
    for line in _lines(result):
        console.print(line, highlight=False, soft_wrap=True)


def _table(result: Result, *, plain: bool) -> Table:
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


def phase_seconds(result: Result, stack: str) -> dict[str, float]:
    """How long each command took for a stack; planning to destroy counts as destroying."""
    seconds = {
        str(step.command): step.seconds
        for step in (result.applied[stack].steps if stack in result.applied else ())
    }
    for phase, tracks in (("again", result.planned_again), ("destroy", result.destroyed)):
        if stack in tracks:
            seconds[phase] = tracks[stack].seconds
    return seconds


def outcome_of(result: Result, stack: str) -> Outcome:
    """The worst that became of a stack."""
    passes: tuple[Mapping[str, Track], ...] = (
        result.applied,
        result.planned_again,
        result.destroyed,
    )
    outcomes = {tracks[stack].outcome for tracks in passes if stack in tracks}
    for outcome in (Outcome.FAILED, Outcome.SKIPPED):
        if outcome in outcomes:
            return outcome
    return Outcome.DONE if outcomes else Outcome.SKIPPED


def _lines(result: Result) -> Iterator[str]:
    yield from _problems(result)
    yield from _time(result)
    if result.findings:
        yield _checks(result)
    if result.planned_again:
        yield _changes(result)
    if result.outputs:
        yield "Outputs:"
        width = max(map(len, result.outputs))
        for name, value in result.outputs.items():
            yield f"  {name:<{width}}  {escape(_shown(value))}"
    for failure in result.failures:
        yield f"[red]{escape(failure)}[/]"
    if any(each.unexplained for each in result.verdicts.values()):
        yield _AGAIN
    yield _verdict(result)


def _problems(result: Result) -> Iterator[str]:
    for stack, problem in result.problems:
        yield f"[red]{stack}[/]: {escape(str(problem))}\n"


def _time(result: Result) -> Iterator[str]:
    spent = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in result.seconds.items())
    yield f"Time: {spent}"
    path = (f"{name} {result.applied[name].seconds:.1f} s" for name in result.critical_path)
    yield f"Applying took as long as: {' -> '.join(path)}"
    yield "Slowest resources:"
    for stack, resource in result.slowest(_SLOWEST):
        yield f"  {resource.seconds:4.0f} s  {stack}: {escape(resource.address)}"


def _checks(result: Result) -> str:
    total, failed = len(result.findings), len(result.failed)
    general = without_checks(result.graph)
    note = f" (none of its own for {', '.join(general)})" if general else ""
    return f"Live account: {total - failed} of {total} checks hold{note}"


def _changes(result: Result) -> str:
    explained = sum(len(each.explained) for each in result.verdicts.values())
    unexplained = sum(len(each.unexplained) for each in result.verdicts.values())
    count = unexplained or "nothing"
    known = f", but for {explained} that the emulator forgets" if explained else ""
    return f"Second plan: {count} left to change{known}"


def _verdict(result: Result) -> str:
    resources = sum(len(result.resources(name)) for name in result.graph)
    word = "[green]rehearsed[/]" if result.ok else "[red]rehearsal failed[/]"
    return (
        f"{result.synthesis.environment}: {word}, {len(result.graph)} stacks, "
        f"{resources} resources, {sum(result.seconds.values()):.1f} s"
    )


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
