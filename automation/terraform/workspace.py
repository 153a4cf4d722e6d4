"""All that is needed to have Terraform work on the stacks of an environment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from automation import terraform
from automation.fleet import Fleet
from automation.graph import Graph, dependencies
from automation.installation import install
from automation.synthesis import WORKSPACE, Stack


@dataclass(frozen=True)
class Workbench:
    """The stacks by what they depend on, and what runs Terraform on them."""

    stacks: tuple[Stack, ...]
    graph: Graph
    fleet: Fleet


def prepare(
    stacks: Sequence[Stack], *, data: Path, progress: Console, workspace: Path = WORKSPACE
) -> Workbench:
    """Install the providers of an environment's stacks; raises `UserError` if it cannot.

    What Terraform needs meanwhile, plans with secrets too, goes to `data`.
    """
    found = terraform.find()
    with progress.status("Preparing the provider"):
        installation = install(found, stacks, workspace)
    fleet = Fleet(
        stacks,
        terraform=replace(found, environ=installation.environ),
        installation=installation,
        workspace=data,
        console=progress,
    )
    return Workbench(tuple(stacks), dependencies(stacks), fleet)
