"""`destroy`: says what data would be lost, asks, and destroys stacks in reverse order."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from rich.console import Console
from rich.markup import escape

from automation import WORKSPACE
from automation.aws import connect
from automation.aws.clients import Clients
from automation.aws.states import States, gone
from automation.bootstrap import check_rights
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    Tiers,
    attended,
    run,
    settings_of,
)
from automation.destroy.data_loss import Loss, losses, resources, staying
from automation.destroy.preconditions import (
    check_account,
    check_backups,
    check_kept,
    check_locks,
    check_restored,
    check_settings,
    select,
)
from automation.errors import UserError
from automation.terraform.diagnostics import faults
from automation.terraform.pool import Outcome, StackRun, prepare
from automation.terraform.stacks import (
    Graph,
    Stack,
    Synthesize,
    choose,
    dependencies,
    in_order,
    ordered,
    synthesize,
)
from automation.terraform.steps import destroy_stack, left_behind
from config import Settings

_WORDS = {
    Outcome.DONE: "[green]destroyed[/]",
    Outcome.FAILED: "[red]failed[/]",
    Outcome.SKIPPED: "[yellow]not started[/]",
}


@dataclass
class DestroyResult:
    """An environment's stacks that were to be destroyed, in that order."""

    environment: str
    bucket: str
    stacks: Sequence[str] = ()
    losses: Sequence[Loss] = ()
    kept: Sequence[str] = ()
    """What outlives the environment."""
    stack_runs: Mapping[str, StackRun] = field(default_factory=dict)
    left: Sequence[str] = ()
    gone: Sequence[str] = ()
    """Stacks that are no longer synthesized, but have resources: Terraform cannot destroy them."""
    unsaved: Sequence[str] = ()
    """States that Terraform could write to this machine only."""

    @property
    def ok(self) -> bool:
        """Whether all of them are gone."""
        done = all(stack_run.outcome is Outcome.DONE for stack_run in self.stack_runs.values())
        return done and not self.left and not self.gone

    def show(self, console: Console) -> None:
        """Print what became of each stack, why, and what stays."""
        for line in self._lines():
            console.print(line, highlight=False, soft_wrap=True)

    def to_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "environment": self.environment,
            "ok": self.ok,
            "stacks": [
                {
                    "name": name,
                    "outcome": stack_run.outcome,
                    "destroyed": sum(len(step.applied) for step in stack_run.steps),
                    "problems": [each.to_json() for each in faults(stack_run.problems)],
                }
                for name, stack_run in self.stack_runs.items()
            ],
            "losses": [asdict(loss) for loss in self.losses],
            "kept": list(self.kept),
            "left": list(self.left),
            "gone": list(self.gone),
            "unsaved_states": list(self.unsaved),
            "state_bucket": self.bucket,
        }

    def _lines(self) -> Iterator[str]:
        if self.gone:
            yield (
                f"{self.environment}: [red]not destroyed, as no code makes them any more[/]: "
                f"{', '.join(self.gone)}: destroy them from a commit that has their code"
            )
        if not self.stack_runs:
            if not self.gone:
                yield f"{self.environment}: nothing is deployed, so nothing was destroyed"
            return
        for name, stack_run in self.stack_runs.items():
            if stack_run.outcome is Outcome.FAILED:
                yield from (
                    f"[red]{name}[/]: {escape(str(each))}" for each in faults(stack_run.problems)
                )
        yield from (f"[red]left behind[/]: {escape(each)}" for each in self.left)
        yield from (f"[yellow]stays[/]: {escape(each)}" for each in self.kept)
        for outcome, word in _WORDS.items():
            names = [
                name for name, stack_run in self.stack_runs.items() if stack_run.outcome is outcome
            ]
            if names:
                yield f"{self.environment}: {word}: {', '.join(names)}"
        yield (
            f"The state bucket {self.bucket} and its key stay: when nothing else is deployed, "
            f"`python -m automation bootstrap --env {self.environment} --delete` lets go of them"
        )


def typed() -> str:
    """What the user types."""
    return sys.stdin.readline().strip()


@dataclass(frozen=True, kw_only=True)
class DestroyRequest:
    """An environment, or tiers of it; `confirm` is its prefix, which otherwise is asked for."""

    environment: str
    tiers: tuple[str, ...] = ()
    confirm: str | None = None
    as_json: bool = False
    ask: Callable[[], str] = typed
    synthesize: Synthesize = synthesize
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where Terraform works meanwhile."""
        return self.workspace / "destroy" / self.environment


# Where Terraform leaves a state that it cannot upload, in the stack's folder.
_UNSAVED = "errored.tfstate"


class DestroyCommand:
    """One run of the command."""

    def __init__(self, request: DestroyRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, or 1 when something is left, or 130 after Ctrl-C.

        Raises `UserError` for what the user can mend; nothing was destroyed then.
        """
        settings = settings_of(self._request.environment)
        self._check_confirmation(settings)
        check_settings(settings)
        if self._request.confirm is None and self._request.ask is typed:
            attended("destroy", f"give --confirm {settings.naming.prefix}")
        return run(
            partial(self._run, settings),
            progress=self._progress,
            interrupted="interrupted: Terraform has ended; run it again for the rest",
        )

    def _run(self, settings: Settings) -> int:
        result = self._destroy(settings)
        if self._request.as_json:
            print(json.dumps(result.to_json(), indent=2))
        else:
            result.show(self._console)
        return 0 if result.ok else 1

    def _check_confirmation(self, settings: Settings) -> None:
        given, prefix = self._request.confirm, settings.naming.prefix
        if given is not None and given != prefix:
            raise UserError(f'--confirm was "{given}", not {prefix}: nothing was destroyed')

    def _destroy(self, settings: Settings) -> DestroyResult:
        session = connect(settings)
        states = States(session, settings)
        states.check()
        check_rights(session, settings, tell=self._tell)
        result = DestroyResult(settings.environment, states.bucket)
        self._request.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._request.folder))
        try:
            stacks = self._synthesize(folder / "out")
            chosen = self._choose(result, stacks, states)
            if chosen:
                with self._progress.status("Preparing the provider"):
                    workspace = prepare(stacks)
                pool = workspace.pool(stacks, data=folder / "data", console=self._progress)
                kept = {(each.name, address) for each in stacks for address in each.kept}
                self._weigh(result, chosen, states, session, settings, kept=kept)
                self._confirm(result, settings)
                result.stack_runs = pool.run("Destroying", chosen, destroy_stack)
                result.left = list(left_behind(session.client("s3"), stacks, _done(result)))
        finally:
            result.unsaved = self._clear(folder)
        return result

    def _tell(self, line: str) -> None:
        self._progress.print(line, markup=False, highlight=False, soft_wrap=True)

    def _clear(self, folder: Path) -> list[str]:
        """Remove the folder, unless it has a state that is nowhere else."""
        unsaved = [str(file) for file in folder.rglob(_UNSAVED)]
        for file in unsaved:
            self._tell(f"a state could not be saved: next to it run `terraform state push`: {file}")
        if not unsaved:
            shutil.rmtree(folder)
        return unsaved

    def _synthesize(self, output: Path) -> Sequence[Stack]:
        environment = self._request.environment
        with self._progress.status(f"Synthesizing {environment}"):
            return ordered(self._request.synthesize(environment, output).stacks)

    def _choose(self, result: DestroyResult, stacks: Sequence[Stack], states: States) -> Graph:
        graph = dependencies(stacks)
        tiers = choose(self._request.tiers, list(graph))
        with self._progress.status("Reading the states"):
            found = states.each(list(graph))
        if not self._request.tiers:
            result.gone = gone(found, list(graph))
        deployed = [each.stack for each in found if each.resources]
        name = self._request.environment
        chosen = select(graph, tiers, deployed, environment=name)
        check_locks(found, chosen, environment=name)
        return {name: chosen[name] for name in in_order(chosen)}

    def _weigh(
        self,
        result: DestroyResult,
        chosen: Graph,
        states: States,
        session: boto3.Session,
        settings: Settings,
        *,
        kept: Collection[tuple[str, str]],
    ) -> None:
        """Refuse what is protected, and find out what is lost."""
        clients = _Regions(session, settings.region)
        with self._progress.status("Looking for what would be lost"):
            found = list(resources(states, chosen))
            check_account(clients(""), found, settings)
            check_kept(found, settings)
            check_restored(clients(""), found, settings)
            check_backups(clients, found, settings)
            result.stacks = list(chosen)
            outliving = [each for each in found if (each.stack, each.address) in kept]
            result.kept = [staying(each) for each in outliving]
            result.losses = list(losses(clients, [each for each in found if each not in outliving]))

    def _confirm(self, result: DestroyResult, settings: Settings) -> None:
        for line in _warning(result):
            self._tell(line)
        prefix = settings.naming.prefix
        if self._request.confirm is not None:
            return
        question = f"Type {prefix} to destroy: "
        self._progress.print(question, end="", markup=False, highlight=False, soft_wrap=True)
        answer = self._request.ask()
        if answer != prefix:
            raise UserError(f'received "{answer}", not {prefix}: nothing was destroyed')


def _done(result: DestroyResult) -> list[str]:
    runs = result.stack_runs.items()
    return [name for name, stack_run in runs if stack_run.outcome is Outcome.DONE]


class _Regions:
    """Clients by region; the environment's for what has none."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session = session
        self._region = region
        self._clients: dict[str, Clients] = {}

    def __call__(self, region: str) -> Clients:
        region = region or self._region
        return self._clients.setdefault(region, Clients(self._session, region))


def _warning(result: DestroyResult) -> Sequence[str]:
    lost = [f"  {loss}" for loss in result.losses]
    return [
        f"{result.environment}: to be destroyed, in this order: {', '.join(result.stacks)}",
        *(["This is lost:", *lost] if lost else ["They hold no data."]),
        *(["This outlives them:", *(f"  {each}" for each in result.kept)] if result.kept else []),
        *_staying(result),
        f"The state bucket {result.bucket} stays.",
    ]


def _staying(result: DestroyResult) -> Sequence[str]:
    names = ", ".join(result.gone)
    return [f"This stays, as no code makes it any more: {names}"] if names else []


def destroy(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="the environment's prefix, instead of typing it"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Destroy an environment, or tiers of it, after saying what would be lost."""
    request = DestroyRequest(environment=env, tiers=tuple(tiers), confirm=confirm, as_json=as_json)
    raise typer.Exit(DestroyCommand(request, console=CONSOLE, progress=PROGRESS).run())
