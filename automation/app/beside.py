"""The processes beside web: what an instance keeps running, and what it runs at set times."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

from automation.app.processes import Running
from config.app import Process
from config.schedules import Crontab

# As on an instance: restarted after a second, then ever more slowly; who ran as long begins anew.
_SLOWEST = 60
_LOOK_SECONDS = 0.2
Start = Callable[[str], Running]
Tell = Callable[[str], None]


class Worker:
    """A line that is started again whenever it has ended."""

    def __init__(self, process: Process, start: Start, tell: Tell) -> None:
        self._name, self._process, self._start, self._tell = process.name, process, start, tell
        self._running: Running | None = None
        self._delay, self._since = 0.0, 0.0

    def look(self, now: float) -> None:
        """Start it if it is time to."""
        if self._running is None:
            if now >= self._since:
                self._running, self._since = self._start(self._name), now
        elif (code := self._running.process.poll()) is not None:
            self._running.end()
            self._running = None
            lived = now - self._since > 2 * self._delay + _SLOWEST
            self._delay = 1.0 if lived else min(2 * self._delay + 1, _SLOWEST)
            self._since = now + self._delay
            self._tell(
                f"{self._name}: ended with code {code}, and is started again in {self._delay:g} s"
            )

    def end(self) -> None:
        """Ask it to end."""
        _end(self._process, self._running, self._tell)


class Scheduled:
    """A line that is started when its minute comes, unless it still runs."""

    def __init__(self, process: Process, start: Start, tell: Tell) -> None:
        self._name, self._process, self._start, self._tell = process.name, process, start, tell
        self._crontab = Crontab(process.schedule or "")
        self._zone = ZoneInfo(process.time_zone)
        self._running: Running | None = None
        self._minute = self._clock()

    def look(self, _: float) -> None:
        """Start it in its minute, once."""
        if self._running is not None and (code := self._running.process.poll()) is not None:
            self._running.end()
            self._running = None
            if code:
                self._tell(f"{self._name}: ended with code {code}")
        minute = self._clock()
        if minute != self._minute and self._running is None and self._crontab.holds(minute):
            self._tell(f"{self._name}: its time has come")
            self._running = self._start(self._name)
        self._minute = minute

    def end(self) -> None:
        """Ask it to end."""
        _end(self._process, self._running, self._tell)

    def _clock(self) -> datetime:
        return datetime.now(self._zone).replace(second=0, microsecond=0)


def _end(process: Process, running: Running | None, tell: Tell) -> None:
    seconds = process.stop_seconds
    if running is not None and not running.end(seconds):
        tell(f"{process.name}: does not end within {seconds} s after SIGTERM: have it end")


@contextmanager
def beside(
    processes: Sequence[Process],
    commands: Mapping[str, str],
    environ: Mapping[str, str],
    folder: Path,
    *,
    tell: Tell,
) -> Iterator[None]:
    """Keep those that the settings name running for as long as the context lasts."""

    def start(name: str) -> Running:
        return Running(commands[name], environ, folder)

    known: Sequence[Worker | Scheduled] = [
        (Scheduled if process.schedule else Worker)(process, start, tell)
        for process in processes
        if process.name in commands
    ]
    over = Event()

    def keep() -> None:
        while not over.wait(_LOOK_SECONDS):
            for each in known:
                each.look(time.monotonic())

    with ExitStack() as ending:
        for each in known:
            ending.callback(each.end)
        thread = Thread(target=keep, daemon=True)
        thread.start()
        ending.callback(thread.join)
        ending.callback(over.set)
        yield
