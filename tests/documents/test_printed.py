import pytest

from tests.documents.printed import missing

PRINTED = """\
[   2.3 s] StateKey CREATE_COMPLETE
╭───────┬────────┬─────────╮
│ stack │ create │ seconds │
├───────┼────────┼─────────┤
│ edge  │     17 │    31.9 │
╰───────┴────────┴─────────╯
application: release 15ef904422ea, 8 minutes ago
prod: deployed, 232 created
"""


@pytest.mark.parametrize(
    "shown",
    [
        PRINTED,
        "…\n│ edge │ 3 │ 200 │\n…\nprod: deployed, 1 created",
        "[   9.9 s] … CREATE_COMPLETE",
        "application: release 0123456789ab, just now",
        "prod: deployed",
        "",
    ],
)
def test_what_is_left_out_and_numbers_may_differ(shown: str) -> None:
    assert missing(shown, PRINTED) == []


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        ("prod: destroyed", ["prod: destroyed"]),
        ("│ edge │ many │ 200 │", ["│ edge │ many │ 200 │"]),
        ("created", ["created"]),
        ("prod: deployed, 1 created\n│ stack │", ["│ stack │"]),
        ("prod: deployed\nprod: deployed", ["prod: deployed"]),
    ],
)
def test_a_line_that_was_not_printed_there_is_told(shown: str, lines: list[str]) -> None:
    assert missing(shown, PRINTED) == lines
