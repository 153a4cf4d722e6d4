"""Shows the change set of an update, and asks whether to execute it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.errors import UserError

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import DescribeChangeSetOutputTypeDef


@dataclass(frozen=True)
class StackChange:
    """What would be done to a resource; `replacement` is "True", "False" or "Conditional"."""

    action: str
    resource: str
    type: str
    replacement: str


@dataclass(frozen=True)
class ChangeSet:
    """A prepared update; an empty one is gone already. Outputs may change without any resource."""

    id: str
    stack_id: str
    changes: tuple[StackChange, ...]
    empty: bool = False


def read(answer: "DescribeChangeSetOutputTypeDef") -> tuple[StackChange, ...]:
    """The changes of resources in an answer of AWS's."""
    found = (each.get("ResourceChange", {}) for each in answer.get("Changes", ()))
    return tuple(
        StackChange(
            change.get("Action", ""),
            change.get("LogicalResourceId", ""),
            change.get("ResourceType", ""),
            change.get("Replacement", "False"),
        )
        for change in found
    )


def show(changes: Sequence[StackChange], console: Console) -> None:
    """Print a table."""
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    for column in ("action", "resource", "type", "replaced"):
        table.add_column(column, overflow="fold")
    for change in changes:
        replaced = {"False": "", "True": "yes"}.get(change.replacement, "perhaps")
        row = (change.action, change.resource, change.type, replaced)
        table.add_row(*(escape(cell) for cell in row))
    if changes:
        console.print(table)
    else:
        console.print("no resource changes, only what the stack tells of itself")


@dataclass(frozen=True)
class Confirmation:
    """Asks whoever sits at the terminal; `yes` answers for them."""

    yes: bool
    console: Console
    terminal: TextIO = sys.stdin

    def changes(self, changes: Sequence[StackChange]) -> bool:
        """Whether to make changes, which are shown in any case; raises `UserError`."""
        show(changes, self.console)
        return self.yes or self._answer("Make these changes? (yes/no) ") in ("y", "yes")

    def word(self, question: str, word: str) -> bool:
        """Whether to do what cannot be undone: the word has to be typed; raises `UserError`."""
        return self.yes or self._answer(f"{question} Type {word} to confirm: ") == word

    def _answer(self, question: str) -> str:
        if not self.terminal.isatty():
            raise UserError(
                "nobody can be asked without a terminal: give `bootstrap --yes`; nothing changed"
            )
        self.console.print(question, end="", markup=False, highlight=False, soft_wrap=True)
        return self.terminal.readline().strip()
