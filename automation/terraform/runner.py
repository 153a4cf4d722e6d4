"""Runs init, plan and apply for one stack."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from automation.errors import CommandError
from automation.terraform import progress as terraform_events
from automation.terraform.processes import Processes
from automation.terraform.program import Terraform
from automation.terraform.progress import (
    AppliedResource,
    Event,
    Intended,
    Outputs,
    PlannedCounts,
    Problem,
)
from automation.terraform.providers import LOCK, Installation
from automation.terraform.stacks import Stack

_CHANGES = 2
# What others wait for goes first where there are not cores enough.
_LOW_PRIORITY = ("nice",)
_NO_STATE = "No state file was found"
_QUIET = ("-json", "-no-color", "-input=false")
_OURS = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


class Operation(StrEnum):
    """What Terraform is asked to do."""

    INIT = "init"
    PLAN = "plan"
    APPLY = "apply"
    GIVE_UP = "state rm"
    ADOPT = "state push"


@dataclass(frozen=True)
class Step:
    """One command of Terraform's and what came of it."""

    command: Operation
    exit_code: int
    seconds: float
    events: tuple[Event, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it succeeded; a plan that found changes has."""
        found_changes = self.command is Operation.PLAN and self.exit_code == _CHANGES
        return self.exit_code == 0 or found_changes

    @property
    def changed(self) -> bool:
        """Whether a plan would change resources or outputs."""
        return self.ok and self.exit_code == _CHANGES

    @property
    def planned(self) -> int:
        """How many resources a plan would create, change or destroy."""
        return sum(event.changes for event in self.events if isinstance(event, PlannedCounts))

    @property
    def summary(self) -> PlannedCounts:
        """How many of each, by what a plan would do with them."""
        found = [event for event in self.events if isinstance(event, PlannedCounts)]
        return found[-1] if found else PlannedCounts(0)

    @property
    def intended(self) -> tuple[Intended, ...]:
        """What a plan would do, resource by resource."""
        return tuple(event for event in self.events if isinstance(event, Intended))

    @property
    def applied(self) -> tuple[AppliedResource, ...]:
        """The resources that were created, changed or destroyed, in that order."""
        return tuple(event for event in self.events if isinstance(event, AppliedResource))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it failed."""
        found = (event for event in self.events if isinstance(event, Problem))
        # Each provider of a stack finds the same fault.
        return tuple(dict.fromkeys(found))

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs after it was applied."""
        found = [event.values for event in self.events if isinstance(event, Outputs)]
        return found[-1] if found else {}


class StackRunner:
    """Terraform over one synthesized stack; what it writes of its own goes below `data`.

    A `patient` one lets others go first; one that never `locks` only plans, or works under a lock
    that somebody holds for it.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        terraform: Terraform,
        installation: Installation,
        processes: Processes,
        data: Path,
        patient: bool = False,
        locks: bool = True,
        on_event: Callable[[Event], None] = lambda _: None,
    ) -> None:
        self._folder = stack.file.parent
        self._stack = stack
        data = data.resolve()
        data.mkdir(parents=True, exist_ok=True)
        self.plan_file = data / "plan.tfplan"
        self._terraform = replace(
            terraform, environ={**terraform.environ, **_OURS, "TF_DATA_DIR": str(data)}
        )
        self._installation = installation
        self._processes = processes
        self._patient = patient
        self._unlocked = [] if locks else ["-lock=false"]
        self._on_event = on_event

    @property
    def keeps(self) -> bool:
        """Whether something outlives the stack."""
        return bool(self._stack.kept)

    def init(self) -> Step:
        """Connect to the stack's state; `-reconfigure`, as an earlier run's may be gone."""
        lock = self._folder / LOCK
        lock.write_text(self._installation.lock, encoding="utf-8")
        plugins = f"-plugin-dir={self._installation.folder}"
        step = self._step(Operation.INIT, "-reconfigure", plugins)
        lock.write_text(self._installation.lock_without_hashes, encoding="utf-8")
        return step

    def plan(self, mode: str | None = None) -> Step:
        """Plan, and keep the plan; `mode` is "destroy", "refresh-only" or None for the usual one.

        A plan writes no state. One that was made beside a deployment is refused as stale.
        https://developer.hashicorp.com/terraform/cli/commands/plan#planning-modes
        """
        options = [f"-{mode}"] if mode else []
        options += [*self._unlocked, "-detailed-exitcode", f"-out={self.plan_file}"]
        return self._step(Operation.PLAN, *options)

    def apply(self) -> Step:
        """Apply the plan that was made last, and nothing else."""
        return self._step(Operation.APPLY, str(self.plan_file))

    def apply_at_once(self, targets: Sequence[str] = ()) -> Step:
        """Plan and apply in one, where nobody looks at the plan: the provider starts half as often.

        `targets` are the only resources that are meant, with what they build on.
        """
        options = [f"-target={each}" for each in targets]
        return self._step(Operation.APPLY, "-auto-approve", *options)

    def planned(self) -> dict[str, Any]:
        """The plan that was made last.

        https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
        """
        lines: list[str] = []
        code = self._run("show", "-json", str(self.plan_file), on_line=lines.append)
        for line in lines:
            if code == 0 and line.startswith("{"):
                plan: dict[str, Any] = json.loads(line)
                return plan
        raise CommandError("terraform show failed:\n" + "\n".join(lines))

    def give_up(self) -> Step:
        """Take what outlives the stack out of its state, as far as it is there.

        https://developer.hashicorp.com/terraform/cli/commands/state/rm
        """
        start, lines = time.perf_counter(), list[str]()
        code = self._run("state", "list", "-no-color", *self._stack.kept, on_line=lines.append)
        if any(_NO_STATE in line for line in lines):
            return Step(Operation.GIVE_UP, 0, time.perf_counter() - start)
        found = sorted(set(lines) & set(self._stack.kept)) if code == 0 else []
        if found:
            lines.clear()
            code = self._run("state", "rm", "-no-color", *found, on_line=lines.append)
        said = Problem(f"terraform state ended with exit code {code}", "\n".join(lines))
        seconds = time.perf_counter() - start
        return Step(Operation.GIVE_UP, code, seconds, () if code == 0 else (said,))

    def adopt(self, address: str, id_: str) -> Step:
        """Have the state know another database instance at an address, by its DbiResourceId.

        An import would forget all arguments that no answer of RDS has, and without which the
        provider deletes no instance: final_snapshot_identifier, manage_master_user_password.
        https://developer.hashicorp.com/terraform/cli/commands/state/push
        """
        start, lines = time.perf_counter(), list[str]()
        file = self.plan_file.with_name("adopted.tfstate")
        code = self._run("state", "pull", on_line=lines.append)
        try:
            if code == 0:
                state = adopted("\n".join(lines), address, id_)
                lines.clear()
                file.touch(mode=0o600)
                file.write_text(json.dumps(state), encoding="utf-8")
                options = ("-no-color", *self._unlocked, str(file))
                code = self._run("state", "push", *options, on_line=lines.append)
        except ValueError as error:
            code, lines = 1, [str(error)]
        finally:
            file.unlink(missing_ok=True)
        said = Problem(f"terraform state ended with exit code {code}", "\n".join(lines))
        seconds = time.perf_counter() - start
        return Step(Operation.ADOPT, code, seconds, () if code == 0 else (said,))

    def unlock(self, lock_id: str) -> None:
        """Take a lock away from whoever left it; raises `CommandError`."""
        lines: list[str] = []
        code = self._run("force-unlock", "-force", "-no-color", lock_id, on_line=lines.append)
        if code != 0:
            raise CommandError("terraform force-unlock failed:\n" + "\n".join(lines))

    def _step(self, command: Operation, *options: str) -> Step:
        start = time.perf_counter()
        events: list[Event] = []
        rest: list[str] = []
        on_line = partial(self._hear, events, rest)
        code = self._run(command, *_QUIET, *options, on_line=on_line)
        step = Step(command, code, time.perf_counter() - start, tuple(events))
        if step.ok or step.problems:
            return step
        said = Problem(f"terraform {command} ended with exit code {code}", "\n".join(rest))
        return replace(step, events=(*events, said))

    def _hear(self, events: list[Event], rest: list[str], line: str) -> None:
        event = terraform_events.parse(line)
        if event is not None:
            events.append(event)
            self._on_event(event)
        elif not line.startswith("{"):
            rest.append(line)

    def _run(self, *arguments: str, on_line: Callable[[str], None]) -> int:
        return self._processes.run(
            [*(_LOW_PRIORITY if self._patient else ()), self._terraform.program, *arguments],
            folder=self._folder,
            environ=self._terraform.environ,
            on_line=on_line,
        )


def adopted(text: str, address: str, id_: str) -> dict[str, Any]:
    """A state that knows another instance at an address; raises `ValueError` for what is none."""
    state: dict[str, Any]
    state, _ = json.JSONDecoder().raw_decode(text, max(text.find("{"), 0))
    for resource in state.get("resources", ()):
        if f"{resource['type']}.{resource['name']}" == address and resource["mode"] == "managed":
            (instance,) = resource["instances"]
            instance["attributes"] |= {"id": id_, "resource_id": id_}
            # The provider tells it anew, and takes no other for what it has read.
            instance.pop("identity", None)
            return {**state, "serial": state["serial"] + 1}
    raise ValueError(f"the state has no {address}")
