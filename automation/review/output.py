"""Writes a review to review.md, review.html and review.json, and prints a summary."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from automation.errors import UserError
from automation.review import Review, html, markdown
from automation.review import text as review_text

# As the pull request has to wait for somebody, which is neither an error nor bad input.
BLOCKED = 3


def tell(found: Review, folder: Path, console: Console, *, as_json: bool) -> None:
    """Print what blocks and what else has to be known, or all of it as JSON."""
    if as_json:
        print(json.dumps(review_text.to_json(found), indent=2))
        return
    for line in _lines(found, folder):
        console.print(line, highlight=False, soft_wrap=True)


def _lines(found: Review, folder: Path) -> Iterator[str]:
    for change in found.blocking:
        yield f"[red]{change.action}[/] {change.stack}: {escape(change.address)}"
        yield f"    {escape(review_text.reason(change))}"
    yield from map(escape, review_text.notes(found))
    yield review_text.totals(found)
    page_file = folder / "review.html"
    if page_file.is_relative_to(Path.cwd()):
        page_file = page_file.relative_to(Path.cwd())
    yield f"{review_text.headline(found)}: see {page_file}"


def write(found: Review, folder: Path, *, svg: str | None = None) -> None:
    """Write review.md, review.html and review.json; raises `UserError` where it cannot."""
    texts = {
        "review.md": markdown.render(found),
        "review.html": html.render(found, svg=svg),
        "review.json": json.dumps(review_text.to_json(found), indent=2) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"the review cannot be written to {folder}: {error}") from error
