"""`review`: reads saved plans, judges them and writes the review."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from automation import WORKSPACE, sarif
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    REVIEW,
    Approvals,
    Environment,
    Json,
    ReviewFolder,
    Sarif,
    run,
    settings_of,
)
from automation.errors import UserError, check_folder
from automation.review import Key, Review, Verdict, approved, review_of, rules, text, today
from automation.review.html import BLOCKED, tell, write
from automation.review.rules import Risk
from automation.terraform import plan, program
from automation.terraform.masking import Mask
from automation.terraform.plan import Plan
from automation.terraform.plan_store import PlanStore
from automation.terraform.pool import LIMIT, Workspace, prepare
from automation.terraform.providers import LOCK
from automation.terraform.stacks import (
    ANY_RELEASE,
    Stack,
    Synthesize,
    outline,
    stacks_of,
    synthesize,
)

_NAME = "plan.tfplan"


def is_saved(folder: Path) -> bool:
    """Whether a folder is one that `plan --out` wrote."""
    return any(folder.glob("*.plan.json"))


def read(
    folder: Path, stacks: Sequence[Stack], *, progress: Console, workspace: Path = WORKSPACE
) -> Mapping[str, Plan]:
    """The plans by stack; raises `UserError` for one that this Terraform cannot show."""
    saved, found = PlanStore(folder), program.find()
    names, lock = sorted(saved.load()), saved.lock_for(found.label)
    with tempfile.TemporaryDirectory(prefix="terrace-") as scratch:
        with progress.status("Preparing the provider"):
            prepared = prepare(stacks, terraform=found, workspace=workspace, lock=lock)
        with progress.status("Reading the plans"), ThreadPoolExecutor(LIMIT) as pool:
            one = partial(_show, saved, prepared, Path(scratch))
            return dict(zip(names, pool.map(one, names), strict=True))


def _show(saved: PlanStore, workspace: Workspace, scratch: Path, stack: str) -> Plan:
    """In a folder without a backend: what is shown is in the plan."""
    found, installation = workspace.terraform, workspace.installation
    folder = scratch / stack
    folder.mkdir()
    (folder / LOCK).write_text(installation.lock_without_hashes, encoding="utf-8")
    saved.restore(stack, folder / _NAME)
    environ = {**installation.environ, "TF_DATA_DIR": str(installation.folder.parent)}
    shown = replace(found, environ=environ).run("show", "-json", "-no-color", _NAME, folder=folder)
    shutil.rmtree(folder)
    if shown.returncode != 0:
        raise UserError(
            f"{found.product.name} {found.version} cannot show the plan of {stack}: "
            f"{program.in_a_line(shown.stderr)}: plan and review with the same Terraform"
        )
    return plan.parse(shown.stdout, f"the plan of {stack}")


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
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
    sarif: Path | None = None
    """Gets what asks for care, at the lines of the constructs."""
    today: Callable[[], date] = field(default=today)
    synthesize: Synthesize = outline


class ReviewCommand:
    """One run of the command."""

    def __init__(self, request: ReviewRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, 3 when a blocking change is not approved, 130 after Ctrl-C.

        Raises `UserError` for plans and approvals that cannot be read.
        """
        return run(self._run, progress=self._progress, interrupted="interrupted")

    def _run(self) -> int:
        request = self._request
        settings_of(request.environment)
        check_folder(request.out, "--out")
        allowed = approved(request.approvals)
        svg = _diagram(request.diagram)
        found = review_of(
            self._plans(),
            title=f"Plan of {request.environment}",
            environment=request.environment,
            rules=rules.load(),
            approvals=allowed,
            today=request.today(),
            mask=Mask(os.environ),
            expected=self._expected(),
        )
        write(found, request.out, svg=svg)
        if request.sarif is not None:
            sarif.write(request.sarif, "review", findings(found, self._places(), self._fallback))
        tell(found, request.out, self._console, as_json=request.as_json)
        return BLOCKED if found.verdict is Verdict.BLOCKED else 0

    @property
    def _fallback(self) -> sarif.SourceLine:
        """Where what no construct makes is told: the settings."""
        return sarif.SourceLine(f"environments/{self._request.environment}.toml")

    def _places(self) -> Mapping[Key, sarif.SourceLine]:
        """The places of resources, which only another synthesis records."""
        environment = self._request.environment
        looking = self._progress.status(f"Looking for the constructs of {environment}")
        with tempfile.TemporaryDirectory(prefix="terrace-") as folder, looking:
            file = Path(folder) / "constructs.json"
            made = synthesize(
                environment, Path(folder) / "out", release=ANY_RELEASE, constructs=file
            )
            found, paths = sarif.places(file), sarif.addresses(made.stacks)
            return {key: found[path] for key, path in paths.items() if path in found}

    def _plans(self) -> dict[str, plan.Plan]:
        request = self._request
        if not request.plans.is_dir():
            raise UserError(f"{request.plans} is no folder: make plans with `plan --out`")
        if not is_saved(request.plans):
            return plan.read(request.plans)
        return dict(read(request.plans, self._stacks, progress=self._progress))

    def _expected(self) -> Sequence[str]:
        named = self._request.expected
        return [stack.name for stack in self._stacks] if named is None else named

    @cached_property
    def _stacks(self) -> Sequence[Stack]:
        request = self._request
        with self._progress.status(f"Synthesizing {request.environment}"):
            return stacks_of(request.environment, request.synthesize)


_INDEX = re.compile(r"\[.*?]| \(deposed .*\)")


def findings(
    found: Review, places: Mapping[Key, sarif.SourceLine], fallback: sarif.SourceLine
) -> Iterator[sarif.Alert]:
    """What is not routine, each where its construct is made."""
    for change in found.changes:
        if change.risk is Risk.ROUTINE:
            continue
        blocks = change.risk is Risk.BLOCKING and found.ledger.of(change.key) is None
        told = [f"{change.action} {change.address}: {text.reason(change)}", *text.more(change)]
        yield sarif.Alert(
            rule=f"{change.risk}-change",
            level=sarif.Level.ERROR if blocks else sarif.Level.WARNING,
            message=". ".join(told),
            resource=f"{change.stack}/{change.address}",
            place=places.get((change.stack, _INDEX.sub("", change.address)), fallback),
        )


def _diagram(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error


def review(
    *,
    plans: Annotated[Path, typer.Argument(help="what plan --out kept, or <stack>.json files")],
    env: Environment = DEFAULT,
    out: ReviewFolder = REVIEW,
    approvals: Approvals = None,
    picture: Annotated[
        Path | None, typer.Option("--diagram", help="an SVG of the architecture")
    ] = None,
    as_json: Json = False,
    sarif_file: Sarif = None,
) -> None:
    """Say what plans would do, by risk: exit code 3 if a blocking change is not approved."""
    request = ReviewRequest(
        environment=env,
        plans=plans,
        out=out,
        approvals=approvals,
        diagram=picture,
        as_json=as_json,
        sarif=sarif_file,
    )
    raise typer.Exit(ReviewCommand(request, console=CONSOLE, progress=PROGRESS).run())
