"""Which tests go first where several run at a time, and what says meanwhile that they live.

https://pytest-xdist.readthedocs.io/en/stable/how-it-works.html
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

# The tests of each share one deployment.
_SEQUENCES = (
    "tests/automation/deploy/test_flow.py",
    "tests/changes/test_changes.py",
    "tests/automation/restore/test_to.py",
)
# What takes longest goes first, so that nobody waits for it at the end. Rehearsals wait most of
# their time, for resources that take as long as the provider says.
FIRST = (
    "tests/automation/rehearse/test_rehearsal.py::test_prod_is_deployed_checked_and_unchanged",
    _SEQUENCES[1],
    "tests/documents/test_production.py",
    "tests/test_deploy_workflow.py",
    _SEQUENCES[2],
    "tests/automation/preview/test_pull_requests.py",
    "tests/automation/rehearse/test_accepted.py",
    "tests/automation/destroy/test_kept.py",
    "tests/faults/test_dev.py",
    "tests/faults/test_deployment.py",
    "tests/test_foreign_settings.py",
    "tests/documents/test_upgrade.py",
    "tests/automation/destroy/test_terraform.py",
    "tests/automation/rehearse/test_other_ways.py",
    "tests/automation/rehearse/test_rehearsal.py",
    _SEQUENCES[0],
    "tests/automation/drift/test_terraform.py",
    "tests/test_recipes.py::test_every_command_knows_it",
    "tests/modules/application/test_releases.py",
    "tests/automation/preview/test_command.py",
    "tests/automation/preview/test_new.py",
    "tests/automation/synth/test_validation.py",
    "tests/bindings/test_switch.py",
    "tests/bindings/test_other_bindings.py",
    "tests/config/test_accepted.py",
    "tests/yours/test_terraform.py",
    "tests/bindings/test_bindings.py",
    "tests/automation/scan/test_environments.py",
    "tests/yours/test_scan.py",
    "tests/automation/scan/test_flaws.py",
    "tests/examples/guestbook/test_instances.py",
    "tests/automation/app/test_command.py",
    "tests/automation/deploy/test_command.py",
    "tests/automation/bootstrap/test_bootstrap.py",
)
# Of these files each test is dealt by itself: they take minutes, and share nothing.
_LAST_APART = FIRST.index("tests/bindings/test_switch.py")
APART = tuple(each for each in FIRST[:_LAST_APART] if each not in _SEQUENCES)
# Seconds without a word after which somebody may think that nothing goes on.
PATIENCE = 60
_LOOK = 5


def place(nodeid: str) -> int:
    """Where a test stands in the order in which tests are dealt."""
    return next((n for n, each in enumerate(FIRST) if nodeid.startswith(each)), len(FIRST))


class Dealing(LoadScopeScheduling):  # type: ignore[misc]
    """Deals file by file, as a file's tests share what they prepare."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(APART) else nodeid.split("::", 1)[0]

    def _reschedule(self, node: Any) -> None:
        # A worker has to know of one more test than it runs. A third would wait for nothing.
        if self.workqueue and self._pending_of(self.assigned_work[node]) >= 2:
            return
        super()._reschedule(node)


class Pulse:
    """Says what runs where no test has ended for a while."""

    def __init__(self, config: pytest.Config) -> None:
        self._running: dict[str, float] = {}
        self._config = config
        self._heard = time.monotonic()
        self._over = threading.Event()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        beating = threading.Thread(target=self._beat, daemon=True)
        beating.start()
        try:
            return (yield)
        finally:
            self._over.set()
            beating.join()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)
        self._heard = time.monotonic()

    def _beat(self) -> None:
        while not self._over.wait(_LOOK):
            if time.monotonic() - self._heard > PATIENCE:
                self._heard = time.monotonic()
                self._say(self._heard)

    def _say(self, now: float) -> None:
        running = [
            f"{nodeid.rsplit('::', 1)[-1]} for {now - start:.0f} s"
            for nodeid, start in self._running.copy().items()
        ]
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter and running:
            reporter.write_line(f"[still running: {', '.join(running)}]")


class Dealer:
    """Has the tests dealt so."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Dealing:
        config.option.loadscopereorder = False
        return Dealing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.nodeid))


def pytest_configure(config: pytest.Config) -> None:
    # The others are workers, or runs of one test after the other.
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Dealer())
        config.pluginmanager.register(Pulse(config))
