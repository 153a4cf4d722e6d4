"""Runs one piece of work per stack, each as soon as those that it depends on are done."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import StrEnum

from automation.graph import Graph, depth_below

INTERVAL = 0.2


class Outcome(StrEnum):
    """What became of a stack."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "not started"


class Scheduler:
    """The order in which stacks start; of those that may, the one that most others wait for.

    Between equals the graph's own order decides.
    """

    def __init__(self, graph: Graph, *, limit: int) -> None:
        self._graph = graph
        self._limit = limit
        depths = depth_below(graph)
        self._waiting = sorted(graph, key=lambda name: -depths[name])
        self._outcomes: dict[str, Outcome] = {}

    def run(
        self,
        work: Callable[[str], bool],
        *,
        tick: Callable[[], None] = lambda: None,
        stop: Callable[[BaseException], None] = lambda _: None,
    ) -> dict[str, Outcome]:
        """Call `work` for every stack; after one returns False, no stack downstream of it starts.

        `tick` is called several times a second, in the calling thread. When it raises, or is
        interrupted, `stop` has to end the work that is under way, and nothing more is started.
        """
        running: dict[Future[bool], str] = {}
        with ThreadPoolExecutor(max_workers=self._limit) as pool:
            try:
                while self._waiting or running:
                    for name in self._startable(self._limit - len(running)):
                        running[pool.submit(work, name)] = name
                    finished, _ = wait(running, INTERVAL, FIRST_COMPLETED)
                    for future in finished:
                        done = future.result()
                        self._outcomes[running.pop(future)] = (
                            Outcome.DONE if done else Outcome.FAILED
                        )
                    tick()
            except BaseException as reason:
                stop(reason)
                raise
        return self._outcomes

    def _startable(self, room: int) -> list[str]:
        """Takes as many as there is room for out of those that wait, and skips the hopeless."""
        started: list[str] = []
        for name in list(self._waiting):
            upstreams = [self._outcomes.get(each) for each in self._graph[name]]
            if Outcome.FAILED in upstreams or Outcome.SKIPPED in upstreams:
                self._waiting.remove(name)
                self._outcomes[name] = Outcome.SKIPPED
            elif len(started) < room and all(each is Outcome.DONE for each in upstreams):
                self._waiting.remove(name)
                started.append(name)
        return started
