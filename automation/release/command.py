"""`release` and `rollback`: deploy the application tier, and follow the instance refresh."""

import json
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from automation import WORKSPACE
from automation.aws import connect
from automation.aws.clients import Clients
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    Yes,
    attended,
    run,
    settings_of,
)
from automation.deploy import DeployCommand, DeployRequest
from automation.release import PAUSE, Progress, Refreshes, Releases
from automation.terraform.stacks import Synthesis, synthesize
from config import Settings


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """An environment; `to` is how the SHA-256 of the release to go back to begins."""

    environment: str
    to: str | None = None
    yes: bool = False
    as_json: bool = False
    workspace: Path = WORKSPACE


_TIER = "application"


class ReleaseCommand:
    """Publishes what is in the application's directory, and has it replace what runs."""

    name = "release"

    def __init__(
        self, request: ReleaseRequest, *, console: Console, progress: Console, pause: float = PAUSE
    ) -> None:
        self._request = request
        self._console = console
        self._progress = progress
        self._pause = pause

    def run(self) -> int:
        """The exit code: 0, or 1 when the release did not make it, or 130 on Ctrl-C.

        Raises `UserError` for what the user can mend, and `CommandError`.
        """
        settings = settings_of(self._request.environment)
        if not self._request.yes:
            attended(self.name, "add --yes")
        clients = Clients(connect(settings), settings.region)
        return run(
            partial(self._roll, clients, settings),
            progress=self._progress,
            interrupted="interrupted: AWS goes on replacing instances; see `status`",
        )

    def _roll(self, clients: Clients, settings: Settings) -> int:
        releases = Releases(clients, settings)
        refreshes = Refreshes(clients, settings.naming.name(_TIER))
        before, earlier = releases.current, refreshes.latest()
        code = self._deploy(self._chosen(releases))
        if code != 0:
            return code
        started = refreshes.latest()
        if started is None or (earlier is not None and started.id == earlier.id):
            return self._tell(before, releases.current, None)
        ended = refreshes.follow(started, self._follow, pause=self._pause)
        return self._tell(before, releases.current, ended)

    def _chosen(self, _: Releases) -> str | None:
        """The published release to use; None for what is in the application's directory."""
        return None

    def _deploy(self, sha256: str | None) -> int:
        request = self._request
        deploy = DeployRequest(
            environment=request.environment,
            tiers=(_TIER,),
            yes=request.yes,
            workspace=request.workspace,
        )
        quiet = Console(file=StringIO()) if request.as_json else self._console
        synthesizer = partial(_synthesize, release=sha256)
        return DeployCommand(
            deploy, console=quiet, progress=self._progress, synthesizer=synthesizer
        ).run()

    def _follow(self, progress: Progress) -> None:
        self._progress.print(escape(str(progress)), highlight=False, soft_wrap=True)

    def _tell(self, before: str, after: str, refresh: Progress | None) -> int:
        ok = refresh is None or refresh.ok
        if self._request.as_json:
            print(json.dumps(_document(before, after, refresh), indent=2))
        else:
            self._console.print(
                escape(_verdict(before, after, refresh)), highlight=False, soft_wrap=True
            )
        return 0 if ok else 1


class RollbackCommand(ReleaseCommand):
    """Has an earlier release replace what runs; the next `release` or `deploy` goes forward."""

    name = "rollback"

    def _chosen(self, releases: Releases) -> str | None:
        return releases.resolve(self._request.to or releases.previous)


def _synthesize(environment: str, output: Path, *, release: str | None) -> Synthesis:
    return synthesize(environment, output, release=release)


def _verdict(before: str, after: str, refresh: Progress | None) -> str:
    if refresh is None:
        return f"release {before} stays: no instance had to be replaced"
    if refresh.ok:
        return f"release {after} runs on every instance; before it: {before}"
    if refresh.status == "RollbackSuccessful":
        return f"release {after} runs again, AWS took the new one back: {refresh.reason}"
    return f"the release failed ({refresh.status}): {refresh.reason}"


def _document(before: str, after: str, refresh: Progress | None) -> dict[str, Any]:
    return {
        "ok": refresh is None or refresh.ok,
        "before": before,
        "after": after,
        "refresh": vars(refresh) if refresh else None,
    }


def release(*, env: Environment = DEFAULT, yes: Yes = False, as_json: Json = False) -> None:
    """Publish the application as it is here, and have it replace what runs."""
    request = ReleaseRequest(environment=env, yes=yes, as_json=as_json)
    raise typer.Exit(ReleaseCommand(request, console=CONSOLE, progress=PROGRESS).run())


def rollback(
    *,
    env: Environment = DEFAULT,
    to: Annotated[
        str | None, typer.Option("--to", help="how its SHA-256 begins; else the one before")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have an earlier release of the application replace what runs."""
    request = ReleaseRequest(environment=env, to=to, yes=yes, as_json=as_json)
    raise typer.Exit(RollbackCommand(request, console=CONSOLE, progress=PROGRESS).run())
