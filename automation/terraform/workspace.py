"""All that is needed to have Terraform work on the stacks of an environment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from automation import WORKSPACE
from automation.terraform import program
from automation.terraform.pool import StackPool
from automation.terraform.providers import install
from automation.terraform.stacks import Graph, Stack, dependencies


@dataclass(frozen=True)
class Workspace:
    """The stacks by what they depend on, and what runs Terraform on them."""

    stacks: tuple[Stack, ...]
    graph: Graph
    pool: StackPool


def prepare(
    stacks: Sequence[Stack], *, data: Path, progress: Console, workspace: Path = WORKSPACE
) -> Workspace:
    """Install the providers of an environment's stacks; raises `UserError` if it cannot.

    What Terraform needs meanwhile, plans with secrets too, goes to `data`.
    """
    found = program.find()
    with progress.status("Preparing the provider"):
        installation = install(found, stacks, workspace)
    pool = StackPool(
        stacks,
        terraform=replace(found, environ=installation.environ),
        installation=installation,
        workspace=data,
        console=progress,
    )
    return Workspace(tuple(stacks), dependencies(stacks), pool)
