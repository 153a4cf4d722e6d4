"""The platform with every set of settings from which a change starts; each deployed once."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from config import Settings
from tests.changes.change import Change, End
from tests.changes.commands import Agree
from tests.changes.costs import Cost
from tests.changes.running import Changed, Running
from tests.changes.settings import settings_with

_AGREE: Mapping[End, Agree] = {
    End.THROUGH: lambda blocking: not blocking,
    End.APPROVED: lambda _: True,
    End.BLOCKED: lambda _: False,
}


class Platforms:
    """Copies of one deployed platform; where another change starts, one is kept."""

    def __init__(self, environment: str, deployed: Running, starts: frozenset[str]) -> None:
        self._environment = environment
        self._starts = starts
        self._found: dict[str, Running | Changed] = {"": deployed}
        self._deployed = deployed
        self._open = ExitStack()
        self.costs: list[Cost] = []

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
            start = self._at(change.before)
            if isinstance(start, Changed):
                return start
            running = stack.enter_context(start.copy())
            settings = settings_with(self._environment, change.after)
            changed = self._change(running, settings, change)
            if changed.applied and change.after in self._starts - self._found.keys():
                self._found[change.after] = running
                self._open.push(stack.pop_all())
        return changed

    def _at(self, overrides: str) -> Running | Changed:
        """The platform with these settings on top of the environment's, or why there is none."""
        if overrides not in self._found:
            running = self._open.enter_context(self._deployed.copy())
            settings = settings_with(self._environment, overrides)
            first = Change(name=f"(first {overrides})", end=End.APPROVED)
            changed = self._change(running, settings, first)
            self._found[overrides] = running if changed.applied else changed
        return self._found[overrides]

    def _change(self, running: Running, settings: Settings, change: Change) -> Changed:
        changed = running.change(
            settings, _AGREE[change.end], change.by, planned_by=change.planned_by
        )
        self.costs.append(Cost(change.name, changed.seconds, changed.busy, changed.tiers))
        return changed
