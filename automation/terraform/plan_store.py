"""Saved plans, bound to the digests of what they were made from."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from automation.aws.states import RemoteState
from automation.errors import UserError
from automation.terraform.progress import Intended
from automation.terraform.providers import LOCK
from automation.terraform.runner import Step
from automation.terraform.stacks import Stack

_DESTRUCTIVE = ("delete", "replace")
_AGAIN = "make it again with `plan --out`"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


@dataclass(frozen=True, kw_only=True)
class StoredPlan:
    """A stack's plan: what it was made from, and what it would do."""

    stack: str
    account_id: str
    terraform: str
    """The version that made it, which no other can apply."""
    source: str
    lineage: str
    serial: int
    inputs: Mapping[str, str]
    changed: bool
    intended: tuple[Intended, ...]

    @classmethod
    def of(
        cls,
        stack: Stack,
        step: Step,
        *,
        account: str,
        terraform: str,
        state: RemoteState | None,
        inputs: Mapping[str, str],
    ) -> Self:
        """The plan that a step made."""
        return cls(
            stack=stack.name,
            account_id=account,
            terraform=terraform,
            source=source_of(stack),
            lineage=state.lineage if state else "",
            serial=state.serial if state else 0,
            inputs=dict(inputs),
            changed=step.changed,
            intended=step.intended,
        )

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Self:
        """A plan that was saved."""
        intended = tuple(Intended(**each) for each in content.pop("intended"))
        return cls(intended=intended, **content)

    @property
    def destroyed(self) -> frozenset[str]:
        """The resources that it deletes or replaces."""
        return frozenset(each.address for each in self.intended if destructive(each))

    def count(self, *actions: str) -> int:
        """How many resources it does something with; one that is replaced is deleted, too."""
        return sum(each.action in actions for each in self.intended)

    def staleness(self, stack: Stack, state: RemoteState | None, account: str) -> str:
        """Why it can no longer be applied; empty when it can."""
        if self.account_id != account:
            return f"it was made for account {self.account_id}"
        if self.source != source_of(stack):
            return "the stack is synthesized differently now"
        lineage, serial = (state.lineage, state.serial) if state else ("", 0)
        if (self.lineage, self.serial) != (lineage, serial):
            return f"the state has changed since (serial {self.serial}, now {serial})"
        return ""


class PlanStore:
    """Saved plans, with the lock file that names the provider which they were made with.

    They hold secrets in the clear, as Terraform's state does.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, plans: Sequence[StoredPlan], files: Mapping[str, Path], *, lock: str) -> None:
        """Keep these plans, and no others."""
        # One that is there may be everybody's, such as /tmp, and stays as it is.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        for old in (*self._path.glob("*.tfplan"), *self._path.glob("*.plan.json")):
            old.unlink()
        for plan in plans:
            shutil.copyfile(files[plan.stack], self._file(plan.stack))
            self._file(plan.stack).chmod(_PRIVATE_FILE)
            self._write(f"{plan.stack}.plan.json", json.dumps(asdict(plan), indent=2))
        self._write(LOCK, lock)

    def load(self) -> dict[str, StoredPlan]:
        """The plans by stack; raises `UserError` when there are none, or they are no such plans."""
        found = {}
        for file in sorted(self._path.glob("*.plan.json")):
            try:
                plan = StoredPlan.parse(json.loads(file.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise UserError(f"{file} is no saved plan: {_AGAIN}") from error
            if not self._file(plan.stack).is_file():
                raise UserError(f"{self._file(plan.stack)} is missing: {_AGAIN}")
            found[plan.stack] = plan
        if not found:
            raise UserError(f"{self._path} has no saved plans: make them with `plan --out`")
        return found

    def lock_for(self, terraform: str) -> str:
        """The lock file that the plans were made with.

        Raises `UserError` where it is missing, or they are of another Terraform's.
        """
        others = {plan.terraform for plan in self.load().values()} - {terraform}
        if others:
            raise UserError(
                f"{self._path} has plans of Terraform {', '.join(sorted(others))}, and this is "
                f"{terraform}: install that one, or make them again with `plan --out`"
            )
        try:
            return (self._path / LOCK).read_text(encoding="utf-8")
        except OSError as error:
            raise UserError(f"{self._path / LOCK} is missing: {_AGAIN}") from error

    def restore(self, stack: str, to: Path) -> None:
        """Put a plan where Terraform is to apply it from."""
        shutil.copyfile(self._file(stack), to)
        to.chmod(_PRIVATE_FILE)

    def _write(self, name: str, text: str) -> None:
        file = self._path / name
        file.write_text(text, encoding="utf-8")
        file.chmod(_PRIVATE_FILE)

    def _file(self, stack: str) -> Path:
        return self._path / f"{stack}.tfplan"


def unapproved(step: Step, plan: StoredPlan | None, *, every: bool) -> str:
    """What a new plan does beyond the one that was approved, in words; with `every`, all of it.

    Else only what is lost counts: a stack upstream was applied meanwhile, and some changes follow.
    """
    lost = [each.address for each in step.intended if destructive(each)]
    allowed = plan.destroyed if plan else frozenset()
    more = [address for address in lost if address not in allowed]
    if every and plan:
        known = {each.address for each in plan.intended}
        more += [each.address for each in step.intended if each.address not in known]
    if not more:
        return ""
    named = ", ".join(dict.fromkeys(more))
    seen = "reviewed" if every else "was shown"
    return f"a new plan {'touches' if every else 'destroys'} {named}, which nobody {seen}"


def destructive(intended: Intended) -> bool:
    """Whether something is lost."""
    return intended.action in _DESTRUCTIVE


def source_of(stack: Stack) -> str:
    """What tells whether a stack is synthesized as before."""
    return hashlib.sha256(stack.file.read_bytes()).hexdigest()
