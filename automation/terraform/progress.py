"""Progress of every stack: a live table in a terminal, else a line per change."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from automation.terraform.events import AppliedResource, Event, PlannedCounts

_WAITING = "waiting"
_STYLES = {_WAITING: "dim", "done": "green", "failed": "red", "not started": "yellow"}


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
