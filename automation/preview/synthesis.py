"""Synthesizes base and working tree, and compares the two."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from automation import PROJECT, WORKSPACE
from automation.errors import CommandError, UserError
from automation.preview.git import Checkout, Commit, Repository
from automation.programs import for_python
from automation.review import today
from automation.terraform.pool import Workspace
from automation.terraform.pool import prepare as prepare_workspace
from automation.terraform.program import Terraform
from automation.terraform.stacks import Stack, key_of, references, synthesize
from config.environments import folder_of, names

# AWS writes its examples for it, and nobody has it: what is there was never deployed.
SAMPLE_ACCOUNT = "123456789012"


@dataclass(frozen=True, kw_only=True)
class PreviewRequest:
    """An environment, what to compare the working tree with, and where to write the review."""

    environment: str
    base: str
    out: Path
    dirty: bool = False
    """Whether changes that are not committed may be in it, too."""
    approvals: Path | None = None
    """The file in the project, if there is one, when none is named."""
    as_json: bool = False
    project: Path = PROJECT
    workspace: Path = WORKSPACE
    today: Callable[[], date] = field(default=today)

    @property
    def folder(self) -> Path:
        """Where previews of the environment keep what they need."""
        return self.workspace / "preview" / self.environment


@dataclass(frozen=True)
class Revision:
    """The base or the head: its stacks by name, and what Terraform works on them with."""

    stacks: Mapping[str, Stack]
    workspace: Workspace
    remarks: tuple[str, ...] = ()
    """What has to be known of how it was made."""


def prepare(
    request: PreviewRequest, repository: Repository, base: Commit, found: Terraform
) -> tuple[Revision, Revision]:
    """Synthesize the base and the working tree; raises `UserError` or `CommandError`."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        basing = pool.submit(_synthesize_base, request, repository, base)
        output = request.folder / "head" / "out"
        head = synthesize(request.environment, output, project=request.project).stacks
        workspace = prepare_workspace(head, terraform=found, workspace=request.workspace)
        before, remarks = basing.result()
    if _is_sample(before) and not _is_sample(head):
        before = ()
    if not before or _required(before) == _required(head):
        based = workspace
    else:
        based = prepare_workspace(before, terraform=found, workspace=request.folder / "base")
    return Revision(_named(before), based, remarks), Revision(_named(head), workspace)


def _synthesize_base(
    request: PreviewRequest, repository: Repository, base: Commit
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


# The ranges say which Terraform and provider may plan; what a plan says is up to the one that does.
_RANGES = ("required_version", "required_providers")
# What CDKTF notes for itself.
_COMMENT = "//"


@dataclass(frozen=True)
class Comparison:
    """Two syntheses, stack by stack; `same_providers` says whether both install the same."""

    base: Mapping[str, Stack]
    head: Mapping[str, Stack]
    same_providers: bool

    @property
    def gone(self) -> frozenset[str]:
        """The stacks that only the base has."""
        return frozenset(self.base.keys() - self.head.keys())

    @property
    def changed(self) -> frozenset[str]:
        """The stacks of the head that are new, or not the same as at the base."""
        return frozenset(name for name in self.head if not self._same(name))

    def changes_inputs_of(self, upstream: str, stack: str) -> bool:
        """Whether a stack reads an output which the head writes otherwise than the base."""
        before = _outputs(self.base[upstream]) if upstream in self.base else {}
        now = _outputs(self.head[upstream])
        return any(before.get(each) != now.get(each) for each in self.read(upstream, stack))

    def read(self, upstream: str, stack: str) -> frozenset[str]:
        """The outputs of one stack of the head that another one reads."""
        return references(self.head[stack]).get(key_of(self.head[upstream]), frozenset())

    def refuse_moved_states(self) -> None:
        """Raises `UserError` when a state is to be kept elsewhere: no plan would tell of that."""
        for name in sorted(self.base.keys() & self.head.keys()):
            before, now = _place(self.base[name]), _place(self.head[name])
            if before != now:
                raise UserError(
                    f"the state of {name} is kept in {before} at the base, and in {now} now: "
                    "Terraform would make everything anew; move the state in a step of its own, "
                    "of which there is no preview"
                )

    def _same(self, name: str) -> bool:
        if name not in self.base:
            return False
        return self._planned(self.base[name]) == self._planned(self.head[name])

    def _planned(self, stack: Stack) -> dict[str, Any]:
        """All that has a say in what is planned."""
        content: dict[str, Any] = _without_comments(stack.content)
        if self.same_providers:
            settings = content["terraform"].items()
            content["terraform"] = {key: each for key, each in settings if key not in _RANGES}
        return content


def _outputs(stack: Stack) -> Mapping[str, Any]:
    outputs: Mapping[str, Any] = stack.content.get("output", {})
    return outputs


def _place(stack: Stack) -> str:
    ((kind, config),) = stack.content["terraform"]["backend"].items()
    return f"{kind}://{config.get('bucket')}/{config.get('key')} ({config.get('region')})"


def _without_comments(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_comments(each) for name, each in value.items() if name != _COMMENT}
    if isinstance(value, list):
        return [_without_comments(each) for each in value]
    return value
