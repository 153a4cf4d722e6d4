import threading
import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.terraform.pool import Outcome, Scheduler
from tests.automation.terraform.test_dependencies import PLATFORM, graphs

PATIENCE = 10


class Work:
    """Records what ran, and what of it ran at the same time."""

    def __init__(self, *failing: str) -> None:
        self.started: list[str] = []
        self.ended: list[str] = []
        self.most = 0
        self._failing = failing
        self._lock = threading.Lock()

    def __call__(self, name: str) -> bool:
        with self._lock:
            self.started.append(name)
            self.most = max(self.most, len(self.started) - len(self.ended))
        time.sleep(0.001)
        with self._lock:
            self.ended.append(name)
        return name not in self._failing


def run(graph: Mapping[str, frozenset[str]], work: Work, limit: int = 3) -> dict[str, Outcome]:
    return Scheduler(graph, limit=limit).run(work)


def test_everything_is_done_in_order() -> None:
    work = Work()
    assert set(run(PLATFORM, work).values()) == {Outcome.DONE}
    assert work.started[:2] == ["security", "network"]
    assert work.started[-1] == "edge"


def test_a_stack_does_not_wait_for_others_of_its_rank() -> None:
    """`storage` waits for `network` alone, which `dns` outlasts."""
    graph = {
        "security": frozenset[str](),
        "dns": frozenset({"security"}),
        "network": frozenset({"security"}),
        "storage": frozenset({"network"}),
    }
    storage_started = threading.Event()

    def work(name: str) -> bool:
        if name == "storage":
            storage_started.set()
        return name != "dns" or storage_started.wait(PATIENCE)

    assert Scheduler(graph, limit=2).run(work)["dns"] is Outcome.DONE


def test_after_a_failure_the_others_finish_and_dependants_do_not_start() -> None:
    graph = {**PLATFORM, "monitoring": frozenset({"edge"})}
    work = Work("database")
    outcomes = run(graph, work)
    assert outcomes["database"] is Outcome.FAILED
    assert outcomes["storage"] is Outcome.DONE
    assert outcomes["edge"] is outcomes["monitoring"] is Outcome.SKIPPED
    assert not {"edge", "monitoring"} & set(work.started)


def test_what_most_others_wait_for_starts_first() -> None:
    graph = {
        "audit": frozenset[str](),
        "network": frozenset[str](),
        "edge": frozenset({"network"}),
    }
    work = Work()
    run(graph, work, limit=1)
    assert work.started[0] == "network"


@pytest.mark.parametrize("reason", [KeyboardInterrupt, RuntimeError])
def test_what_ends_a_run_stops_what_is_under_way(reason: type[BaseException]) -> None:
    stopped = threading.Event()
    started: list[str] = []

    def work(name: str) -> bool:
        started.append(name)
        return not stopped.wait(PATIENCE)

    def tick() -> None:
        raise reason

    with pytest.raises(reason):
        Scheduler(PLATFORM, limit=2).run(work, tick=tick, stop=lambda _: stopped.set())
    assert stopped.is_set()
    assert started == ["security"]


def test_a_defect_in_the_work_is_not_swallowed() -> None:
    def work(_: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scheduler(PLATFORM, limit=2).run(work)


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4), st.data())
def test_any_graph_runs_in_order_within_the_limit(
    graph: dict[str, frozenset[str]], limit: int, data: st.DataObject
) -> None:
    failing = data.draw(st.sets(st.sampled_from(sorted(graph)))) if graph else set()
    work = Work(*failing)
    outcomes = run(graph, work, limit)
    assert outcomes.keys() == graph.keys()
    assert work.most <= limit
    for name, upstreams in graph.items():
        states = {outcomes[each] for each in upstreams}
        if states <= {Outcome.DONE}:
            assert outcomes[name] is (Outcome.FAILED if name in failing else Outcome.DONE)
            position = work.started.index(name)
            assert all(work.started.index(each) < position for each in upstreams)
        else:
            assert outcomes[name] is Outcome.SKIPPED
            assert name not in work.started
