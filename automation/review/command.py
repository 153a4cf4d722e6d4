"""`review`, apart from how it is typed."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from automation.commands import settings_of
from automation.deployment.masking import Mask
from automation.errors import INTERRUPTED, UserError
from automation.guards import interruptible
from automation.remedies import check_folder
from automation.review import approvals, document, markdown, page, plans, rules, saved, wording
from automation.review.approvals import APPROVALS, Approval
from automation.review.result import Review, Verdict, review
from automation.synthesis import PROJECT, Stack
from automation.tiers import Synthesize, outline, stacks_of

# As the pull request has to wait for somebody, which is neither an error nor bad input.
BLOCKED = 3


def today() -> date:
    """The day by which approvals expire, the same all over the world."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which plans to review, and where to write what came of it."""

    environment: str
    plans: Path
    """As `plan --out` keeps them, or a `<stack>.json` of each as `terraform show -json` prints."""
    out: Path
    approvals: Path | None = None
    """The file in the project, if there is one, when none is named."""
    diagram: Path | None = None
    """An SVG of the architecture, in which a stack's element has the class `tier-<stack>`."""
    expected: Sequence[str] | None = None
    """The stacks that there should be plans of: all of the environment's when none are named."""
    as_json: bool = False
    today: Callable[[], date] = field(default=today)
    synthesize: Synthesize = outline


class Command:
    """One run of the command."""

    def __init__(self, request: Request, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, 3 when a blocking change is not approved, 130 after Ctrl-C.

        Raises `UserError` for plans and approvals that cannot be read.
        """
        try:
            with interruptible():
                return self._run()
        except KeyboardInterrupt:
            self._progress.print("interrupted")
            return INTERRUPTED

    def _run(self) -> int:
        request = self._request
        settings_of(request.environment)
        check_folder(request.out, "--out")
        allowed = approved(request.approvals)
        svg = _diagram(request.diagram)
        found = review(
            self._plans(),
            title=f"Plan of {request.environment}",
            rules=rules.load(),
            approvals=allowed,
            today=request.today(),
            mask=Mask(os.environ),
            expected=self._expected(),
        )
        write(found, request.out, svg=svg)
        tell(found, request.out, self._console, as_json=request.as_json)
        return BLOCKED if found.verdict is Verdict.BLOCKED else 0

    def _plans(self) -> dict[str, plans.Plan]:
        request = self._request
        if not request.plans.is_dir():
            raise UserError(f"{request.plans} is no folder: make plans with `plan --out`")
        if not saved.is_saved(request.plans):
            return plans.read(request.plans)
        return dict(saved.read(request.plans, self._stacks, progress=self._progress))

    def _expected(self) -> Sequence[str]:
        named = self._request.expected
        return [stack.name for stack in self._stacks] if named is None else named

    @cached_property
    def _stacks(self) -> Sequence[Stack]:
        request = self._request
        with self._progress.status(f"Synthesizing {request.environment}"):
            return stacks_of(request.environment, request.synthesize)


def tell(found: Review, folder: Path, console: Console, *, as_json: bool) -> None:
    """Print what blocks and what else has to be known, or all of it as JSON."""
    if as_json:
        print(json.dumps(document.to_json(found), indent=2))
        return
    for line in _lines(found, folder):
        console.print(line, highlight=False, soft_wrap=True)


def _lines(found: Review, folder: Path) -> Iterator[str]:
    for change in found.blocking:
        yield f"[red]{change.action}[/] {change.stack}: {escape(change.address)}"
        yield f"    {escape(wording.reason(change))}"
    yield from map(escape, wording.notes(found))
    yield wording.totals(found)
    page_file = folder / "review.html"
    if page_file.is_relative_to(Path.cwd()):
        page_file = page_file.relative_to(Path.cwd())
    yield f"{wording.headline(found)}: see {page_file}"


def write(found: Review, folder: Path, *, svg: str | None = None) -> None:
    """Write review.md, review.html and review.json; raises `UserError` where it cannot."""
    texts = {
        "review.md": markdown.render(found),
        "review.html": page.render(found, svg=svg),
        "review.json": json.dumps(document.to_json(found), indent=2) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"the review cannot be written to {folder}: {error}") from error


def approved(file: Path | None) -> tuple[Approval, ...]:
    """The approvals of a file, or of the project's if there is one; raises `UserError`."""
    default = PROJECT / APPROVALS
    if file is None:
        return approvals.load(default) if default.is_file() else ()
    return approvals.load(file)


def _diagram(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error
