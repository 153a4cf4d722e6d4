"""What each change cost, told after the tests."""

from typing import cast

import pytest

COST = "cost"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Seconds and tiers of each change, in the order in which they were made."""
    costs: list[tuple[str, float, str]] = [
        cast("tuple[str, float, str]", value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == COST
    ]
    if not costs:
        return
    terminalreporter.section("changes of a running platform")
    for name, seconds, tiers in costs:
        terminalreporter.write_line(f"{seconds:6.1f} s  {name}: {tiers}")
    total = sum(seconds for _, seconds, _ in costs)
    terminalreporter.write_line(f"{total:6.1f} s  all of them")
