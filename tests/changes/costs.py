"""What each change cost, told after the tests."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

COST = "cost"


class Cost(NamedTuple):
    """What was done, in how many seconds, how many of a core's it took, and what was planned."""

    name: str
    seconds: float
    busy: float
    tiers: Sequence[str]

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s {self.busy:7.1f} s  {self.name}: {' '.join(self.tiers)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Seconds and tiers of each change, in the order in which they were made."""
    costs = [
        Cost(*value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == COST and isinstance(value, tuple)
    ]
    if not costs:
        return
    terminalreporter.section("changes of a running platform")
    terminalreporter.write_line("    took   of a core")
    for each in costs:
        terminalreporter.write_line(str(each))
    total = sum(each.seconds for each in costs), sum(each.busy for each in costs)
    terminalreporter.write_line(str(Cost("all of them", *total, ())))
