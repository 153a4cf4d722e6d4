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
from automation.preview.checkout import Checkout
from automation.preview.repository import Commit, Repository
from automation.preview.request import Request
from automation.surroundings import for_python
from automation.synthesis import Stack, synthesize
from automation.terraform import Terraform
from config.environments import folder_of, names

# AWS writes its examples for it, and nobody has it: what is there was never deployed.
SAMPLE_ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Side:
    """The base or the head: its stacks by name, and the providers that they install."""

    stacks: Mapping[str, Stack]
    installation: Installation
    remarks: tuple[str, ...] = ()
    """What has to be known of how it was made."""


def prepare(
    request: Request, repository: Repository, base: Commit, found: Terraform
) -> tuple[Side, Side]:
    """Synthesize the base and the working tree; raises `UserError` or `CommandError`."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        basing = pool.submit(_synthesize_base, request, repository, base)
        output = request.folder / "head" / "out"
        head = synthesize(request.environment, output, project=request.project).stacks
        installation = install(found, head, request.workspace)
        before, remarks = basing.result()
    if _is_sample(before) and not _is_sample(head):
        before = ()
    if not before or _required(before) == _required(head):
        based = installation
    else:
        based = install(found, before, request.folder / "base")
    return Side(_named(before), based, remarks), Side(_named(head), installation)


def _synthesize_base(
    request: Request, repository: Repository, base: Commit
) -> tuple[tuple[Stack, ...], tuple[str, ...]]:
    """By the code of the base, with the packages that are installed here; what is to be told.

    Nothing if the environment is new.
    """
    with tempfile.TemporaryDirectory(prefix="terrace-") as scratch:
        checkout = Checkout(repository, base, Path(scratch).resolve())
        remarks, project = checkout.write(request.environment), checkout.project
        # What is fetched and built there is named by its content.
        (project / ".terrace").symlink_to(request.workspace.resolve())
        output = request.folder / "base" / "out"
        folder = folder_of(project)
        if folder.is_dir() and request.environment not in names(folder):
            return (), ()
        try:
            _fetch_wheels(project, request.environment)
            return synthesize(request.environment, output, project=project).stacks, remarks
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


def _is_sample(stacks: Iterable[Stack]) -> bool:
    """Whether it is all in the account of the environments that Terrace comes with."""
    accounts = {
        account
        for stack in stacks
        for provider in stack.content["provider"]["aws"]
        for account in provider.get("allowed_account_ids", ())
    }
    return accounts == {SAMPLE_ACCOUNT}


def _named(stacks: Iterable[Stack]) -> dict[str, Stack]:
    return {stack.name: stack for stack in stacks}


def _required(stacks: Iterable[Stack]) -> list[dict[str, dict[str, str]]]:
    return [stack.required_providers for stack in stacks]
