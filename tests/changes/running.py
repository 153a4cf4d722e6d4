"""A platform that runs in an emulated account, and is changed as its team changes it."""

import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from artifact import Release, Runtime, pack
from automation import PROJECT
from automation.aws.session import connect
from automation.aws.states import States
from automation.deploy.deployment import Wiring
from automation.deploy.plan_and_deploy import DeployRequest
from automation.review.changes import Change
from automation.terraform.plan_store import source_of
from automation.terraform.stacks import Synthesis, ordered, read
from config import Settings, parse
from tests.automation.accounts import Account
from tests.changes import kept
from tests.changes.account import CopiedAccount
from tests.changes.commands import Agree, Deploying, PlanningAgain
from tests.conftest import synthesize


def settings_with(environment: str, overrides: str) -> Settings:
    """An environment's settings with others on top; raises `ConfigError` with every fault."""
    file = PROJECT / "tests" / "environments" / f"{environment}.toml"
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return parse(_merged(raw, tomllib.loads(overrides)), environment, file.name)


def _merged(below: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], value)
        for key, value in top.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **top, **both}


@cache
def _release(directory: str, runtime: Runtime) -> Release:
    workspace = Path(tempfile.mkdtemp(prefix="terrace-"))
    return pack(
        PROJECT / directory, runtime=runtime, static_directory="static", workspace=workspace
    )


def release_of(settings: Settings) -> Release:
    """The application that the settings name."""
    application = settings.application
    runtime = Runtime(
        packages=tuple(application.app.packages),
        architecture=application.architecture,
        region=settings.region,
    )
    return _release(str(application.app.directory), runtime)


@dataclass(frozen=True)
class Changed:
    """What became of a change; `faults` is all that keeps it from having gone through."""

    tiers: tuple[str, ...] = ()
    blocking: tuple[str, ...] = ()
    """What the review says of what it blocks."""
    faults: tuple[str, ...] = ()
    seconds: float = 0


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

    def change(self, settings: Settings, agree: Agree) -> Changed:
        """Deploy the stacks that change, then those that read what has changed, and plan again."""
        start = time.perf_counter()
        with self._inside(settings):
            before = kept.inventory(self.account, self.settings) if self.deployed else frozenset()
            changed = self._deploy(settings, agree)
            lost = before - kept.inventory(self.account, settings)
        names = {*self.settings.site_names} & {*settings.site_names}
        faults = (
            *changed.faults,
            *(f"lost: {each}" for each in sorted(lost)),
            *(
                f"after {call} {name} is not served: {why}"
                for call, name, why in self.account.seen
                if name in names
            ),
        )
        if self.deployed:
            self.settings = settings
        return replace(changed, faults=faults, seconds=time.perf_counter() - start)

    def _deploy(self, settings: Settings, agree: Agree) -> Changed:
        synthesis = self._synthesize(settings)
        sources = {stack.name: source_of(stack) for stack in ordered(synthesis.stacks)}
        wiring = Wiring(synthesis.stacks, States(connect(settings), settings))
        tiers = [name for name in sources if sources[name] != self.deployed.get(name)]
        touched: list[str] = []
        while tiers:
            touched += tiers
            deploy = Deploying(self._request(settings, tiers), synthesis, agree)
            deploy.run()
            blocking = tuple(map(_told, deploy.blocking))
            if deploy.declined or deploy.faults:
                return Changed(tuple(touched), blocking, deploy.faults)
            now = {name: wiring.inputs(name).digests for name in sources}
            self.read = {**self.read, **{name: now[name] for name in tiers}}
            tiers = [name for name in sources if now[name] != self.read.get(name)]
        self.deployed = sources
        again = PlanningAgain(self._request(settings, touched), synthesis)
        again.run()
        return Changed(tuple(touched), blocking, again.faults)

    def _request(self, settings: Settings, tiers: Sequence[str]) -> DeployRequest:
        return DeployRequest(
            environment=settings.environment,
            tiers=tuple(dict.fromkeys(tiers)),
            workspace=self.workspace,
        )

    def _synthesize(self, settings: Settings) -> Synthesis:
        output = Path(tempfile.mkdtemp(dir=self.workspace))
        synthesize(settings, release_of(settings), output)
        return Synthesis(settings.environment, output, read(output), 0)

    @contextmanager
    def _inside(self, settings: Settings) -> Iterator[None]:
        """This process takes the account for AWS, and the settings for those of the environment."""
        with pytest.MonkeyPatch.context() as patch:
            Account(self.account, settings, self.workspace).enter(patch)
            patch.setattr("automation.command.load", lambda *_, **__: settings)
            yield


def _told(change: Change) -> str:
    return f"{change.stack}: {change.action} {change.address}: {'; '.join(change.reasons)}"
