"""All that is needed to have Terraform work on the stacks of an environment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from automation import terraform
from automation.fleet import Fleet
from automation.graph import Graph, dependencies, in_order
from automation.installation import install
from automation.synthesis import WORKSPACE, Stack, Synthesis, synthesize

Synthesize = Callable[[str, Path], Synthesis]


@dataclass(frozen=True)
class Workbench:
    """The stacks by what they depend on, and what runs Terraform on them."""

    stacks: tuple[Stack, ...]
    graph: Graph
    fleet: Fleet


def prepare(
    environment: str,
    *,
    output: Path,
    data: Path,
    progress: Console,
    synthesize: Synthesize = synthesize,
    workspace: Path = WORKSPACE,
) -> Workbench:
    """Synthesize an environment and install its providers; raises `UserError` if it cannot.

    The stacks go to `output`; what Terraform needs meanwhile, plans with secrets too, to `data`.
    """
    found = terraform.find()
    with progress.status(f"Synthesizing {environment}"):
        stacks = synthesize(environment, output).stacks
    with progress.status("Preparing the provider"):
        installation = install(found, stacks, workspace)
    graph = dependencies(stacks)
    fleet = Fleet(
        stacks,
        terraform=replace(found, environ=installation.environ),
        installation=installation,
        workspace=data,
        console=progress,
    )
    return Workbench(stacks, {name: graph[name] for name in in_order(graph)}, fleet)
