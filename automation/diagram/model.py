"""The resources of all stacks, as they are synthesized."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from automation.synthesis import Stack

_REFERENCE = re.compile(r"aws_[a-z0-9_]+\.([\w-]+)\.")


@dataclass(frozen=True)
class Resource:
    """One resource, with its arguments."""

    stack: str
    type: str
    name: str
    values: dict[str, Any]

    @property
    def address(self) -> str:
        """Stack and address, `network:aws_vpc.vpc_6776A399`."""
        return f"{self.stack}:{self.type}.{self.name}"

    @property
    def path(self) -> tuple[str, ...]:
        """The ids of the constructs that hold it, from the stack on."""
        metadata = self.values.get("//", {}).get("metadata", {})
        return tuple(metadata.get("path", f"{self.stack}/{self.name}").split("/"))

    def text(self, argument: str) -> str:
        """An argument as text."""
        return str(self.values.get(argument, ""))

    def refers_to(self, other: "Resource", argument: str) -> bool:
        """Whether an argument names another resource of its stack."""
        return other.name in _REFERENCE.findall(self.text(argument))


class Catalogue:
    """What there is, by type; in the order in which it is synthesized."""

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = tuple(stacks)
        self._resources = [
            Resource(stack.name, type_, name, values)
            for stack in self.stacks
            for type_, each in stack.content.get("resource", {}).items()
            for name, values in each.items()
        ]

    def of(self, type_: str, stack: str | None = None) -> tuple[Resource, ...]:
        """All resources of a type, in one stack or in any."""
        return tuple(
            each for each in self._resources if each.type == type_ and stack in (None, each.stack)
        )

    def within(self, stack: str) -> tuple[Resource, ...]:
        """All resources of a stack."""
        return tuple(each for each in self._resources if each.stack == stack)

    def below(self, stack: str, construct: str) -> tuple[Resource, ...]:
        """All resources of a stack within one of its constructs."""
        return tuple(each for each in self.within(stack) if each.path[1] == construct)
