from io import StringIO
from itertools import count

from rich.console import Console

from automation.terraform.progress import AppliedResource, PlannedCounts, ProgressTable


def board(text: StringIO, *, terminal: bool) -> ProgressTable:
    console = Console(file=text, width=100, force_terminal=terminal, legacy_windows=False)
    return ProgressTable(console, "Applying", ["security", "network"], clock=count(0, 1.5).__next__)


def test_without_a_terminal_each_change_of_phase_is_a_line() -> None:
    text = StringIO()
    with board(text, terminal=False) as shown:
        shown.phase("security", "plan")
        shown.event("security", PlannedCounts(2))
        shown.phase("security", "apply")
        shown.event("security", AppliedResource("aws_kms_key.a", "create", 3))
        shown.event("security", AppliedResource("aws_kms_key.b", "create", 3))
        shown.refresh()
        shown.phase("security", "done", last=True)
    assert text.getvalue().splitlines() == [
        "Applying",
        "[   1.5 s] security: plan",
        "[   3.0 s] security: apply (0 of 2 resources)",
        "[   4.5 s] security: done (2 of 2 resources)",
    ]


def test_a_terminal_gets_a_table_with_a_row_for_each_stack() -> None:
    text = StringIO()
    with board(text, terminal=True) as shown:
        shown.phase("security", "apply")
        shown.event("security", PlannedCounts(70))
        shown.event("security", AppliedResource("aws_kms_key.a", "create", 3))
        shown.refresh()
        table = text.getvalue()
    assert "1 of 70" in table
    assert "aws_kms_key.a" in table
    assert "waiting" in table
