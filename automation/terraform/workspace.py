"""Terraform, with the providers installed that stacks require."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from automation import WORKSPACE
from automation.terraform import program
from automation.terraform.pool import LIMIT, StackPool, StackRun
from automation.terraform.program import Terraform
from automation.terraform.providers import Installation, install
from automation.terraform.stacks import Stack


@dataclass(frozen=True)
class Workspace:
    """A Terraform, with the providers installed that stacks require."""

    terraform: Terraform
    installation: Installation

    def pool(
        self,
        stacks: Sequence[Stack],
        *,
        data: Path,
        console: Console,
        environ: Mapping[str, str] | None = None,
        watch: Callable[[], None] = lambda: None,
        tell: Callable[[StackRun, str], None] = lambda *_: None,
        limit: int = LIMIT,
    ) -> StackPool:
        """The stacks, ready to be worked on; `environ` is Terraform's, if not the installation's.

        What Terraform needs meanwhile, plans with secrets too, goes to `data`.
        """
        return StackPool(
            stacks,
            terraform=replace(self.terraform, environ=environ or self.installation.environ),
            installation=self.installation,
            workspace=data,
            console=console,
            watch=watch,
            tell=tell,
            limit=limit,
        )


def prepare(
    stacks: Sequence[Stack], *, terraform: Terraform | None = None, workspace: Path = WORKSPACE
) -> Workspace:
    """Install what stacks require below `workspace`; raises `UserError` if it is not to be had."""
    found = terraform or program.find()
    return Workspace(found, install(found, stacks, workspace))
