"""Runs `plan` and `deploy` over the tiny platform, in an emulated account."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.deploy import DeployCommand, DeployRequest, PlanCommand
from automation.terraform.stacks import Synthesis, read
from automation.terraform.steps import Backoff
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles

SOON = Backoff(tries=4, base=0.2, cap=1)


def share_provider(workspace: Path) -> Path:
    """A workspace whose provider need not be downloaded again."""
    shared = PROJECT / ".terrace"
    (shared / "providers").mkdir(parents=True, exist_ok=True)
    (shared / "providers.lock").touch()
    workspace.mkdir(parents=True, exist_ok=True)
    for name in ("providers", "providers.lock"):
        (workspace / name).symlink_to(shared / name)
    return workspace


@dataclass
class Said:
    """What a command answered."""

    code: int
    consoles: Consoles
    tiers: frozenset[str] = frozenset()

    @property
    def output(self) -> str:
        return self.consoles.output.getvalue()

    @property
    def errors(self) -> str:
        return self.consoles.errors.getvalue()

    @property
    def outcomes(self) -> dict[str, str]:
        """By stack, as the table tells them."""
        rows = self.output[self.output.index("stack ") :].splitlines()
        words = [(row.split(" ")[0], row.rstrip().rpartition("  ")[2]) for row in rows[1:]]
        return {stack: outcome for stack, outcome in words if stack in self.tiers}


@dataclass
class Deploying:
    """The commands, in a workspace of their own."""

    account: Account
    workspace: Path
    alter: Callable[[dict[str, dict[str, Any]]], None] = field(default=lambda _: None)
    """Changes the stacks' Terraform JSON after they are synthesized."""
    synthesizer: Callable[[str, Path], Synthesis] | None = None
    """Else the tiny platform is synthesized."""

    def plan(self, **request: Any) -> Said:
        return self._run(PlanCommand, **request)

    def deploy(self, **request: Any) -> Said:
        return self._run(DeployCommand, **request)

    def log(self) -> list[dict[str, Any]]:
        """The lines of the last run's log."""
        newest = max((self.workspace / "runs").iterdir())
        return [json.loads(line) for line in newest.read_text().splitlines()]

    def everything_written(self) -> str:
        return "".join(file.read_text() for file in (self.workspace / "runs").iterdir())

    def _run(self, command: type[PlanCommand | DeployCommand], **request: Any) -> Said:
        consoles = Consoles()
        asked = DeployRequest(environment="dev", workspace=self.workspace, **request)
        ran = command(
            asked,
            console=consoles.console,
            progress=consoles.progress,
            synthesizer=self.synthesizer or self._synthesize,
            backoff=SOON,
        )
        code = ran.run()
        return Said(code, consoles, frozenset(stack.name for stack in read(asked.folder / "out")))

    def _synthesize(self, environment: str, output: Path) -> Synthesis:
        synthesis = self.account.synthesize(environment, output)
        contents = {stack.name: stack.content for stack in synthesis.stacks}
        self.alter(contents)
        for stack in synthesis.stacks:
            stack.file.write_text(json.dumps(contents[stack.name], indent=2), encoding="utf-8")
        return synthesis
