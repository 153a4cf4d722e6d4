"""An emulated account with a state bucket, as commands find it: by their environment."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account, pool_of, role_of, session
from automation.terraform.pool import Outcome, StackRun, prepare
from automation.terraform.stacks import Synthesis, dependencies
from config import Settings, load
from tests.automation.bootstrap import runs
from tests.automation.consoles import Consoles
from tests.automation.terraform import tiny


@dataclass(frozen=True)
class Account:
    """The account of an environment."""

    emulator: Emulator
    settings: Settings
    folder: Path

    def client(self, service: str) -> Any:
        return session(self.emulator).client(service)  # type: ignore[call-overload]

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the test's own process take the account for AWS."""
        environ = self.emulator.isolate()
        for name in set(os.environ) - set(environ):
            monkeypatch.delenv(name)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)

    @contextmanager
    def protected(self) -> Iterator[dict[str, str]]:
        """Rights as `deletion_protection` has them; the variables of the role that deploys."""
        others = self.settings.model_copy(update={"deletion_protection": True})
        bootstrap_account(self.emulator, others, github=runs.main_of())
        try:
            yield role_of(self.emulator, self.settings, "deploy")
        finally:
            bootstrap_account(self.emulator, self.settings)

    def synthesize(self, environment: str, output: Path) -> Synthesis:
        """The tiny platform in the place of the whole one."""
        return Synthesis(environment, output, tiny.write(output, self.settings.naming), 0)

    def leave(self, stack: str) -> None:
        """Have a state with a resource whose stack nobody synthesizes."""
        resource = {"mode": "managed", "type": "t", "name": "n", "instances": [{"attributes": {}}]}
        state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": [resource]}
        naming = self.settings.naming
        self.client("s3").put_object(
            Bucket=naming.bucket("tfstate"),
            Key=f"{naming.prefix}/{stack}/terraform.tfstate",
            Body=json.dumps(state).encode(),
        )

    def deploy(self) -> None:
        """Apply the tiny platform."""
        stacks = tiny.write(self.folder / "out", self.settings.naming)
        pool = pool_of(
            prepare(stacks),
            stacks,
            self.emulator,
            data=self.folder / "data",
            console=Consoles().progress,
            when="meanwhile",
        )
        stack_runs = pool.run("Applying", dependencies(stacks), _deploy)
        said = [str(p) for t in stack_runs.values() for step in t.steps for p in step.problems]
        assert {stack_run.outcome for stack_run in stack_runs.values()} == {Outcome.DONE}, said


@contextmanager
def emulated(folder: Path, settings: Settings | None = None) -> Iterator[Account]:
    """An emulated account for as long as the context lasts, dev's unless others are given."""
    settings = settings or load("dev")
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=folder / "emulator"
    ) as emulator:
        bootstrap_account(emulator, settings)
        yield Account(emulator, settings, folder)


def _deploy(stack_run: StackRun) -> bool:
    runner = stack_run.runner
    steps = ("init", runner.init), ("plan", runner.plan), ("apply", runner.apply)
    return all(stack_run.do(phase, step) for phase, step in steps)
