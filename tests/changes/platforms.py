"""The platform with every set of settings from which a change starts; each deployed once."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from config import Settings
from tests.changes.change import Change, End
from tests.changes.commands import Agree
from tests.changes.running import Changed, Running
from tests.changes.settings import settings_with

_AGREE: Mapping[End, Agree] = {
    End.THROUGH: lambda blocking: not blocking,
    End.APPROVED: lambda _: True,
    End.BLOCKED: lambda _: False,
}


class Platforms:
    """Copies of one deployed platform; where another change starts, one is kept."""

    def __init__(self, environment: str, running: Running, starts: frozenset[str]) -> None:
        self.environment = environment
        self._running = running
        self._starts = starts
        self._found: dict[str, Running] = {}
        self._open = ExitStack()
        self.costs: list[tuple[str, float, str]] = []
        """What each of them took: its name, seconds, and the tiers that were planned."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def make(self, change: Change) -> Changed:
        """Do it to a copy of the platform with the settings before it."""
        with ExitStack() as stack:
            running = stack.enter_context(self._at(change.before).copy())
            settings = settings_with(self.environment, change.after)
            changed = self._change(running, settings, change)
            done = not changed.faults and running.settings == settings
            if done and change.after in self._starts:
                self._found.setdefault(change.after, running)
                self._open.push(stack.pop_all())
        return changed

    def _at(self, overrides: str) -> Running:
        """The platform with these settings on top of the environment's."""
        if overrides not in self._found:
            running = self._running
            if overrides:
                running = self._open.enter_context(self._at("").copy())
            name = f"the platform with {overrides}" if overrides else "the platform"
            settings = settings_with(self.environment, overrides)
            changed = self._change(running, settings, Change(name=name, end=End.APPROVED))
            assert not changed.faults, changed.faults
            assert running.settings == settings
            self._found[overrides] = running
        return self._found[overrides]

    def _change(self, running: Running, settings: Settings, change: Change) -> Changed:
        changed = running.change(settings, _AGREE[change.end], change.by)
        self.costs.append((change.name, changed.seconds, " ".join(changed.tiers)))
        return changed
