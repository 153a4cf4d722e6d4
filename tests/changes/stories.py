"""Changes that start from what another one left behind follow each other; others run beside them.

Most of a change's time goes into the provider's own waits.
"""

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.automation.deploy.deploying import share_provider
from tests.changes.change import Change
from tests.changes.costs import Cost
from tests.changes.platforms import Platforms
from tests.changes.running import Changed, Running

Story = Sequence[Change]
# As many at a time; each may have three Terraforms.
LIMIT = 3


def stories(changes: Sequence[Change]) -> list[Story]:
    """The changes in their order, those that belong together in one; the longest story first."""
    found: list[list[Change]] = []
    for change in changes:
        story = next((each for each in found if _goes_on(each, change)), None)
        if story is None:
            found.append([change])
        else:
            story.append(change)
    return sorted(found, key=len, reverse=True)


def _goes_on(story: Story, change: Change) -> bool:
    places = {overrides for each in story for overrides in (each.before, each.after)} - {""}
    return change.before in places


@dataclass(frozen=True)
class Told:
    """What became of the changes of a story, by their names."""

    changed: Mapping[str, Changed]
    costs: Sequence[Cost]


@dataclass(frozen=True)
class Telling:
    """What becomes of the changes, by their names, and what has not been told of costs yet."""

    futures: Mapping[str, Future[Told]]
    costs: list[Cost]

    def of(self, change: Change) -> Changed:
        """What has become of a change, once its story is over."""
        told = self.futures[change.name].result()
        if change.name == next(iter(told.changed)):
            self.costs.extend(told.costs)
        return told.changed[change.name]


def tell(story: Story, environment: str, running: Running) -> Told:
    """Make the changes one after the other, in this process."""
    workspace = share_provider(Path(tempfile.mkdtemp(dir=running.workspace)))
    starts = frozenset(change.before for change in story)
    own = replace(running, workspace=workspace)
    with Platforms(environment, own, starts) as platforms:
        return Told({each.name: platforms.make(each) for each in story}, platforms.costs)


@contextmanager
def telling(
    changes: Sequence[Change], environment: str, running: Running
) -> Iterator[Mapping[str, Future[Told]]]:
    """The stories, told by processes of their own; by the names of their changes."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(LIMIT, mp_context=spawn) as pool:
        futures: dict[str, Future[Told]] = {}
        for story in stories(changes):
            future = pool.submit(tell, story, environment, running)
            futures |= {change.name: future for change in story}
        try:
            yield futures
        finally:
            pool.shutdown(cancel_futures=True)
