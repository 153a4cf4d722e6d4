"""The two sides that a preview compares: what they synthesize, and which providers they install."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from automation.errors import CommandError, UserError
from automation.installation import Installation, install
from automation.preview.repository import Commit, Repository
from automation.preview.request import Request
from automation.surroundings import for_python
from automation.synthesis import Stack, synthesize
from automation.terraform import Terraform


@dataclass(frozen=True)
class Side:
    """The base or the head: its stacks by name, and the providers that they install."""

    stacks: Mapping[str, Stack]
    installation: Installation


def prepare(
    request: Request, repository: Repository, base: Commit, found: Terraform
) -> tuple[Side, Side]:
    """Synthesize the base and the working tree; raises `UserError` or `CommandError`."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        basing = pool.submit(_synthesize_base, request, repository, base)
        output = request.folder / "head" / "out"
        head = synthesize(request.environment, output, project=request.project).stacks
        installation = install(found, head, request.workspace)
        before = basing.result()
    if _required(before) == _required(head):
        based = installation
    else:
        based = install(found, before, request.folder / "base")
    return Side(_named(before), based), Side(_named(head), installation)


def _synthesize_base(request: Request, repository: Repository, base: Commit) -> tuple[Stack, ...]:
    """By the code of the base, with the packages that are installed here."""
    with tempfile.TemporaryDirectory(prefix="terrace-") as scratch:
        project = Path(scratch)
        repository.export(base, project)
        # What is fetched and built there is named by its content.
        (project / ".terrace").symlink_to(request.workspace.resolve())
        output = request.folder / "base" / "out"
        try:
            _fetch_wheels(project, request.environment)
            return synthesize(request.environment, output, project=project).stacks
        except (UserError, CommandError) as error:
            raise type(error)(f"{base} cannot be synthesized: {error}") from error


def _fetch_wheels(project: Path, environment: str) -> None:
    """What the application of a base depends on may not be here yet."""
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "automation", "wheels", "--env", environment],
        cwd=project,
        env=for_python(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise UserError(finished.stderr.strip())


def _named(stacks: Iterable[Stack]) -> dict[str, Stack]:
    return {stack.name: stack for stack in stacks}


def _required(stacks: Iterable[Stack]) -> list[dict[str, dict[str, str]]]:
    return [stack.required_providers for stack in stacks]
