"""Terraform's machine-readable output, line by line, and the progress that it tells of.

Progress is a live table in a terminal, else a line per change.
https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

_WAITING = "waiting"
_STYLES = {_WAITING: "dim", "done": "green", "failed": "red", "not started": "yellow"}


@dataclass(frozen=True)
class PlannedCounts:
    """How many resources a plan creates, changes and destroys; one that is replaced is two."""

    add: int
    change: int = 0
    remove: int = 0

    @property
    def changes(self) -> int:
        """All of them."""
        return self.add + self.change + self.remove


@dataclass(frozen=True)
class Intended:
    """What a plan does with one resource: create, update, replace, delete, move and so on."""

    address: str
    action: str


@dataclass(frozen=True)
class AppliedResource:
    """A resource is as planned; Terraform counts whole seconds."""

    address: str
    action: str
    seconds: float


@dataclass(frozen=True)
class Problem:
    """An error, as Terraform explains it."""

    summary: str
    detail: str = ""
    address: str = ""

    def __str__(self) -> str:
        place = f"{self.address}: " if self.address else ""
        return f"{place}{self.summary}\n{self.detail}".strip()


@dataclass(frozen=True)
class Outputs:
    """The stack's outputs that are no secret."""

    values: Mapping[str, Any] = field(default_factory=dict)


Event = PlannedCounts | Intended | AppliedResource | Problem | Outputs


def parse(line: str) -> Event | None:
    """The event that a line tells of, if it is one that matters here."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    reader = _READERS.get(str(message.get("type")))
    return reader(message) if reader else None


def _planned(message: dict[str, Any]) -> Event | None:
    changes = message["changes"]
    if changes["operation"] != "plan":
        return None
    return PlannedCounts(changes["add"], changes["change"], changes["remove"])


def _intended(message: dict[str, Any]) -> Event | None:
    change = message["change"]
    if change["action"] in _IDLE:
        return None
    return Intended(change["resource"]["addr"], change["action"])


def _applied(message: dict[str, Any]) -> Event | None:
    hook = message["hook"]
    if hook["action"] == "read":
        return None
    return AppliedResource(hook["resource"]["addr"], hook["action"], hook["elapsed_seconds"])


def _problem(message: dict[str, Any]) -> Event | None:
    diagnostic = message["diagnostic"]
    if diagnostic["severity"] != "error":
        return None
    return Problem(
        diagnostic["summary"], diagnostic.get("detail", ""), diagnostic.get("address", "")
    )


def _outputs(message: dict[str, Any]) -> Event | None:
    outputs = message["outputs"].items()
    return Outputs(
        {
            name: output["value"]
            for name, output in outputs
            if "value" in output and not output["sensitive"]
        }
    )


_IDLE = ("noop", "read")
_READERS = {
    "change_summary": _planned,
    "planned_change": _intended,
    "apply_complete": _applied,
    "diagnostic": _problem,
    "outputs": _outputs,
}


@dataclass
class _Row:
    phase: str = _WAITING
    done: int = 0
    planned: int | None = None
    started: float | None = None
    ended: float | None = None
    latest: str = ""


class ProgressTable:
    """One row per stack; safe to call from several threads."""

    def __init__(
        self,
        console: Console,
        title: str,
        stacks: Iterable[str],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._console = console
        self._title = title
        self._clock = clock
        self._start = clock()
        self._rows = {name: _Row() for name in stacks}
        self._lock = threading.Lock()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        else:
            self._console.print(self._title)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    def phase(self, stack: str, phase: str, *, last: bool = False) -> None:
        """A stack begins something; with `last`, it has come to its end."""
        with self._lock:
            row, now = self._rows[stack], self._clock()
            row.phase, row.latest = phase, ""
            row.started = now if row.started is None else row.started
            row.ended = now if last else None
            if self._live is None:
                self._say(stack, row, now)

    def event(self, stack: str, event: Event) -> None:
        """Terraform said something about a stack."""
        with self._lock:
            row = self._rows[stack]
            if isinstance(event, PlannedCounts):
                row.planned, row.done = event.changes, 0
            elif isinstance(event, AppliedResource):
                row.done += 1
                row.latest = event.address

    def refresh(self) -> None:
        """Draw the table again, in a terminal."""
        if self._live is not None:
            with self._lock:
                table = self._table()
            self._live.update(table, refresh=True)

    def _say(self, stack: str, row: _Row, now: float) -> None:
        at = f"[{now - self._start:6.1f} s]"
        resources = f" ({_progress(row)} resources)" if row.planned else ""
        line = f"{at} {stack}: {row.phase}{resources}"
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        now = self._clock()
        table = Table(box=SIMPLE_HEAD, title=f"{self._title}, {now - self._start:.0f} s")
        table.add_column("stack")
        table.add_column("phase")
        table.add_column("resources", justify="right")
        table.add_column("seconds", justify="right")
        table.add_column("latest", style="dim", no_wrap=True, max_width=60)
        for name, row in self._rows.items():
            style = _STYLES.get(row.phase, "cyan")
            seconds = "" if row.started is None else f"{(row.ended or now) - row.started:.0f}"
            phase = f"[{style}]{row.phase}[/]"
            table.add_row(name, phase, _progress(row), seconds, escape(row.latest))
        return table


def _progress(row: _Row) -> str:
    return f"{row.done} of {row.planned}" if row.planned else ""
