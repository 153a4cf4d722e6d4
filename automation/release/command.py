"""`release`, `rollback` and `restart` replace instances; `releases` tells what there is."""

import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

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
from automation.release import (
    PAUSE,
    Progress,
    PublishedRelease,
    Refreshes,
    Releases,
    boot_errors,
    ringing,
)
from automation.terraform.stacks import Synthesis, synthesize
from config import Settings
from config.application import RELEASE_ERRORS


@dataclass(frozen=True, kw_only=True)
class ReleaseRequest:
    """An environment; `to` is how the SHA-256 of the release to go back to begins."""

    environment: str
    to: str | None = None
    yes: bool = False
    as_json: bool = False
    workspace: Path = WORKSPACE


_TIER = "application"
_MINUTE = "%Y-%m-%d %H:%M"
_WIDE = 200
# As many lines of instances that failed are told, the latest.
_ERRORS = 5


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
        version, start = releases.version, time.time()
        sha256 = self._chosen(releases)
        alarm = ringing(clients, settings)
        if alarm is not None:
            self._say(f"{alarm}; whatever is released may mend that, so nothing stops it")
        code = self._deploy(
            sha256, releases.image(sha256) if sha256 else None, watched=alarm is None
        )
        if code != 0:
            return code
        started = refreshes.latest()
        if started is None or (earlier is not None and started.id == earlier.id):
            return self._tell(before, releases.current, None)
        ended = refreshes.follow(started, self._follow, pause=self._pause)
        if ended.ok:
            return self._tell(before, releases.current, ended)
        alarm = ringing(clients, settings)
        if alarm is not None:
            self._say(
                f"{alarm}; {settings.monitoring.runbooks}/{RELEASE_ERRORS}.md says where to look"
            )
        for error in deque(boot_errors(clients, settings, start), maxlen=_ERRORS):
            self._say(error)
        back = self._take_back(refreshes, version)
        return self._tell(before, releases.current, ended, back)

    def _take_back(self, refreshes: Refreshes, version: int) -> Progress:
        """To the version before, which the group no longer names."""
        refreshes.cancel(pause=self._pause)
        refreshes.launch_from(version)
        return refreshes.follow(refreshes.start(matching=False), self._follow, pause=self._pause)

    def _chosen(self, _: Releases) -> str | None:
        """The published release to use; None for what is in the application's directory."""
        return None

    def _deploy(self, sha256: str | None, image: str | None, *, watched: bool) -> int:
        request = self._request
        deploy = DeployRequest(
            environment=request.environment,
            tiers=(_TIER,),
            yes=request.yes,
            workspace=request.workspace,
        )
        quiet = Console(file=StringIO()) if request.as_json else self._console
        synthesizer = partial(_synthesize, release=sha256, image=image, watched=watched)
        return DeployCommand(
            deploy, console=quiet, progress=self._progress, synthesizer=synthesizer
        ).run()

    def _follow(self, progress: Progress) -> None:
        self._say(str(progress))

    def _say(self, line: str) -> None:
        self._progress.print(escape(line), highlight=False, soft_wrap=True)

    def _tell(
        self, before: str, after: str, refresh: Progress | None, back: Progress | None = None
    ) -> int:
        ok = refresh is None or refresh.ok
        if self._request.as_json:
            print(json.dumps(_document(before, after, refresh, back), indent=2))
        else:
            self._console.print(
                escape(_verdict(before, after, refresh, back)), highlight=False, soft_wrap=True
            )
        return 0 if ok else 1


class RollbackCommand(ReleaseCommand):
    """Has an earlier release replace what runs, on the image that it had.

    The next `release` or `deploy` goes forward.
    """

    name = "rollback"

    def _chosen(self, releases: Releases) -> str | None:
        return releases.resolve(self._request.to or releases.previous)


class RestartCommand(ReleaseCommand):
    """Replaces every instance by one of the same release, which reads settings and secrets anew."""

    name = "restart"

    def _roll(self, clients: Clients, settings: Settings) -> int:
        current = Releases(clients, settings).current
        refreshes = Refreshes(clients, settings.naming.name(_TIER))
        question = f"Replace every instance of {settings.naming.name(_TIER)} (release {current})?"
        if not self._request.yes and not typer.confirm(question, err=True):
            self._progress.print("nothing was replaced", highlight=False)
            return 1
        ended = refreshes.follow(refreshes.start(matching=True), self._follow, pause=self._pause)
        return self._tell(current, current, ended)


def _synthesize(
    environment: str, output: Path, *, release: str | None, image: str | None, watched: bool
) -> Synthesis:
    return synthesize(environment, output, release=release, image=image, watched=watched)


def _verdict(before: str, after: str, refresh: Progress | None, back: Progress | None) -> str:
    if refresh is None:
        return f"release {before} stays: no instance had to be replaced"
    if refresh.ok and after == before:
        return f"release {after} runs on new instances alone"
    if refresh.ok:
        return f"release {after} runs on every instance; before it: {before}"
    failed = f"the release failed ({refresh.status}): {refresh.reason}"
    if back is not None and back.ok:
        return f"{failed}; release {after} runs on every instance again"
    return f"{failed}; new instances are of release {after}, others may not be: see `status`"


def _document(
    before: str, after: str, refresh: Progress | None, back: Progress | None
) -> dict[str, Any]:
    return {
        "ok": refresh is None or refresh.ok,
        "before": before,
        "after": after,
        "refresh": vars(refresh) if refresh else None,
        "taken_back": vars(back) if back else None,
    }


def run_releases(environment: str, *, as_json: bool, console: Console, progress: Console) -> int:
    """Show what is published, and where it runs; raises `UserError` for what the user can mend."""
    settings = settings_of(environment)

    def work() -> int:
        clients = Clients(connect(settings), settings.region)
        found = Releases(clients, settings).published()
        if as_json:
            print(json.dumps([asdict(each) for each in found], indent=2, default=str))
        else:
            _show(found, console)
        return 0

    return run(work, progress=progress)


def _show(found: Sequence[PublishedRelease], console: Console) -> None:
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    for column in ("release", "published (UTC)", "last deployed (UTC)", "by", "image"):
        table.add_column(column, no_wrap=True)
    table.add_column("instances", justify="right")
    for each in found:
        deployed = f"{each.deployed:{_MINUTE}}" if each.deployed else "never"
        by = (each.deployed_by or "").rpartition(":")[2]
        cells = (deployed, escape(by), each.image or "", str(each.instances or ""))
        table.add_row(each.sha256[:12], f"{each.published:{_MINUTE}}", *cells)
    # A file has no width: nothing in it need be cut off.
    (Console(file=console.file, width=_WIDE) if plain else console).print(table)


def releases(*, env: Environment = DEFAULT, as_json: Json = False) -> None:
    """Show the application's releases: when, by whom, on which image, and where they run."""
    raise typer.Exit(run_releases(env, as_json=as_json, console=CONSOLE, progress=PROGRESS))


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


def restart(*, env: Environment = DEFAULT, yes: Yes = False, as_json: Json = False) -> None:
    """Replace all instances, a few at a time, by such that read rotated secrets."""
    request = ReleaseRequest(environment=env, yes=yes, as_json=as_json)
    raise typer.Exit(RestartCommand(request, console=CONSOLE, progress=PROGRESS).run())
