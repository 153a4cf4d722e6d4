from pathlib import Path

from config.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_committed_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == f"{reference()}\n", "run `make docs`"


def test_every_setting_says_what_it_may_be() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert all(row.split(" | ")[-1].removesuffix("|").strip() for row in rows)
