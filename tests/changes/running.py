"""A platform that runs in an emulated account, and is changed as its team changes it."""

import os
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from automation.aws import connect
from automation.aws.clients import Clients
from automation.aws.states import States
from automation.deploy import DeployRequest
from automation.deploy.deployment import Wiring
from automation.destroy.command import DestroyCommand, DestroyRequest
from automation.errors import CommandError, UserError
from automation.rehearse.account import bootstrap_account, role_of, watching
from automation.release import Releases
from automation.release.command import ReleaseCommand, ReleaseRequest, RollbackCommand
from automation.review.changes import Change as Reviewed
from automation.rotate.command import RotateCommand, RotateRequest
from automation.terraform.plan_store import source_of
from automation.terraform.stacks import Synthesis, ordered
from config import Settings
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles
from tests.changes import kept
from tests.changes.account import CopiedAccount
from tests.changes.change import By
from tests.changes.commands import Agree, Deploying, PlanningAgain
from tests.changes.settings import synthesis_of

# What `release` deploys.
_RELEASED = ("application",)


@dataclass(frozen=True)
class Changed:
    """What became of a change; `faults` is all that keeps it from having gone through."""

    tiers: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    """What is said against it before anything is applied."""
    faults: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """What held data, and is gone."""
    said: str = ""
    applied: bool = False
    """Whether the platform has the settings now, whatever is amiss with it."""
    seconds: float = 0
    busy: float = 0
    """Seconds of a core that this process and the programs that it ran took."""


@dataclass
class Running:
    """The platform, with the settings that were deployed last."""

    account: CopiedAccount
    settings: Settings
    workspace: Path
    deployed: Mapping[str, str] = field(default_factory=dict)
    """What tells whether a stack is synthesized as it was deployed, by its name."""
    read: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each stack read of others when it was deployed."""

    @contextmanager
    def copy(self) -> Iterator["Running"]:
        """The same platform in an account of its own, for as long as the context lasts."""
        with self.account.copy() as account:
            yield replace(self, account=account)

    def change(
        self,
        settings: Settings,
        agree: Agree,
        by: By = By.DEPLOY,
        *,
        planned_by: str = "plan",
    ) -> Changed:
        """Do it, look at what is there afterwards, and at what the site had to bear."""
        start, busy = time.perf_counter(), _busy()
        work: Mapping[By, Callable[[Settings], Changed]] = {
            By.DEPLOY: partial(self._deploy, agree=agree, again=planned_by),
            # That no plan after it changes anything is what rehearsals show.
            By.FIRST: partial(self._deploy, agree=agree, again=""),
            By.RELEASE: partial(self._release, command=ReleaseCommand),
            By.ROLLBACK: partial(self._release, command=RollbackCommand),
            By.ROTATE: self._rotate,
            By.DESTROY: self._destroy_and_deploy,
        }
        with self._inside(settings):
            before = kept.inventory(self.account, self.settings)
            changed = work[by](settings)
            after = kept.inventory(self.account, settings)
        down = () if by is By.DESTROY else self._down(settings)
        if changed.applied:
            self.settings = settings
        return replace(
            changed,
            faults=(*changed.faults, *down),
            lost=() if by is By.DESTROY else tuple(sorted(before - after)),
            seconds=time.perf_counter() - start,
            busy=_busy() - busy,
        )

    def _down(self, settings: Settings) -> Sequence[str]:
        """When the site was not served under a name that it had and has."""
        names = {*self.settings.site_names} & {*settings.site_names}
        return [
            f"after {call} {name} is not served: {why}"
            for call, name, why in self.account.seen
            if name in names
        ]

    def _deploy(self, settings: Settings, agree: Agree, *, again: str = "plan") -> Changed:
        """Deploy the stacks that change, then those that read what has changed, and plan again."""
        if settings.deletion_protection != self.settings.deletion_protection:
            # Without an administrator's `bootstrap` the role that deploys is refused.
            bootstrap_account(self.account, settings)
        synthesis = synthesis_of(settings, self.workspace)
        sources = {stack.name: source_of(stack) for stack in ordered(synthesis.stacks)}
        wiring = Wiring(synthesis.stacks, States(connect(settings), settings))
        tiers = [name for name in sources if sources[name] != self.deployed.get(name)]
        touched: list[str] = []
        blocking: tuple[str, ...] = ()
        while tiers:
            touched += tiers
            deploy = Deploying(self._request(settings, tiers), synthesis, self._watch, agree)
            try:
                deploy.run()
            except UserError as refusal:
                return Changed(tuple(touched), (str(refusal),), (str(refusal),))
            except CommandError as ended:
                return Changed(tuple(touched), faults=(str(ended), *deploy.faults))
            blocking = tuple(map(_told, deploy.blocking))
            if deploy.declined or deploy.faults:
                return Changed(tuple(touched), blocking, deploy.faults)
            now = {name: wiring.inputs(name).digests for name in sources}
            self.read = {**self.read, **{name: now[name] for name in tiers}}
            tiers = [name for name in sources if now[name] != self.read.get(name)]
        self.deployed = sources
        faults = self._again(settings, synthesis, touched, again) if again and touched else ()
        return Changed(tuple(touched), blocking, faults, applied=True)

    def _again(
        self, settings: Settings, synthesis: Synthesis, tiers: Sequence[str], role: str = "plan"
    ) -> tuple[str, ...]:
        again = PlanningAgain(self._request(settings, tiers), synthesis, self._watch)
        with pytest.MonkeyPatch.context() as patch:
            self._sign(patch, role)
            again.run()
        return again.faults

    def _release(self, settings: Settings, command: type[ReleaseCommand]) -> Changed:
        """Another release, or the one before, and no plan after it changes anything.

        After one that was taken back a plan goes forward again.
        """
        consoles = Consoles()
        releases = Releases(Clients(connect(settings), settings.region), settings)
        before = releases.current
        request = ReleaseRequest(
            environment=settings.environment, yes=True, workspace=self.workspace
        )
        code = command(request, console=consoles.console, progress=consoles.progress, pause=0).run()
        said = " ".join(consoles.output.getvalue().split())
        if code and releases.current != before:
            return Changed(_RELEASED, faults=(f"the group names the new one, though {said}",))
        if code:
            return Changed(_RELEASED, said=said, applied=True)
        synthesis = synthesis_of(settings, self.workspace, releases.resolve(releases.current))
        return Changed(
            _RELEASED, faults=self._again(settings, synthesis, _RELEASED), said=said, applied=True
        )

    def _rotate(self, settings: Settings) -> Changed:
        """The next version by an environment's file, and no plan after it changes anything."""
        consoles, folder = Consoles(), Path(tempfile.mkdtemp(dir=self.workspace))
        file = folder / f"{settings.environment}.toml"
        file.write_text(before := "[application]\norigin_secret_version = 1 # by rotate\n")

        def now(*_: object, **__: object) -> Settings:
            version = tomllib.loads(file.read_text())["application"]
            copied = settings.application.model_copy(update=version)
            return settings.model_copy(update={"application": copied})

        def synthesized(_: str, __: Path | None = None, *, release: str = "") -> Synthesis:
            return synthesis_of(now(), self.workspace, release or None)

        def rotate(**how: bool) -> int:
            request = RotateRequest(
                environment=file.stem, environments=folder, workspace=self.workspace, **how
            )
            stacks = ordered(synthesized(file.stem).stacks)
            return RotateCommand(
                request,
                console=consoles.console,
                progress=consoles.progress,
                stacks=lambda _: stacks,
            ).run()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("automation.command.load", now)
            patch.setattr("automation.rotate.command.synthesize", synthesized)
            with pytest.MonkeyPatch.context() as workflow:
                # The scheduled workflow may no more than plan, and leaves the rest to a reviewer.
                self._sign(workflow, "plan")
                proposed = rotate(file_only=True)
            file.write_text(before)
            code = proposed or rotate(yes=True)
        said = " ".join(consoles.output.getvalue().split())
        if code or now() != settings:
            return Changed(faults=(f"not rotated: {said}",))
        return self._rotated(settings, said)

    def _rotated(self, settings: Settings, said: str) -> Changed:
        stacks = synthesis_of(settings, self.workspace)
        self.deployed = {stack.name: source_of(stack) for stack in stacks.stacks}
        tiers = tuple(self.deployed)
        faults = self._again(settings, stacks, tiers)
        return Changed(tiers, faults=faults, said=said, applied=True)

    def _destroy_and_deploy(self, settings: Settings) -> Changed:
        consoles = Consoles()
        request = DestroyRequest(
            environment=settings.environment,
            confirm=settings.naming.prefix,
            synthesize=lambda *_: synthesis_of(settings, self.workspace),
            workspace=self.workspace,
        )
        # What was protected stays so for the deploy role until an administrator says otherwise.
        bootstrap_account(self.account, settings)
        code = DestroyCommand(request, console=consoles.console, progress=consoles.progress).run()
        if code:
            return Changed(faults=(f"not destroyed: {consoles.output.getvalue()}",))
        self.deployed, self.read = {}, {}
        return self._deploy(settings, lambda _: True)

    @property
    def _watch(self) -> Callable[[], None]:
        """Ends a command whose refusal nobody takes back."""
        return watching(self.account, "amid a change")

    def _request(self, settings: Settings, tiers: Sequence[str]) -> DeployRequest:
        return DeployRequest(
            environment=settings.environment,
            tiers=tuple(dict.fromkeys(tiers)),
            workspace=self.workspace,
        )

    @contextmanager
    def _inside(self, settings: Settings) -> Iterator[None]:
        """This process takes the account for AWS, and the settings for those of the environment."""

        def synthesize(
            _: str, __: Path, *, release: str | None, image: str | None, watched: bool
        ) -> Synthesis:
            application = settings.application
            if image is not None:
                application = application.model_copy(update={"image": image})
            if not watched:
                unwatched = application.instance_refresh.model_copy(update={"watched": False})
                application = application.model_copy(update={"instance_refresh": unwatched})
            now = settings.model_copy(update={"application": application})
            return synthesis_of(now, self.workspace, release)

        with pytest.MonkeyPatch.context() as patch:
            Account(self.account, settings, self.workspace).enter(patch)
            self._sign(patch, "deploy")
            patch.setattr("automation.command.load", lambda *_, **__: settings)
            patch.setattr("automation.release.command.synthesize", synthesize)
            yield

    def _sign(self, patch: pytest.MonkeyPatch, purpose: str) -> None:
        """From here on calls are signed as the role that workflows plan or deploy with."""
        for name, value in role_of(self.account, self.settings, purpose).items():
            patch.setenv(name, value)


def _busy() -> float:
    return sum(os.times()[:4])


def _told(change: Reviewed) -> str:
    return f"{change.stack}: {change.action} {change.address}: {'; '.join(change.reasons)}"
