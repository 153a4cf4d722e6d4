"""What the states say there is to destroy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.status.states import States


@dataclass(frozen=True)
class Resource:
    """A resource as it was deployed; its attributes may be secret, so they are never shown."""

    stack: str
    type: str
    name: str
    attributes: Mapping[str, Any] = field(repr=False)

    def text(self, attribute: str) -> str:
        """An attribute that is a text; empty when it has none."""
        return str(self.attributes.get(attribute) or "")

    @property
    def region(self) -> str:
        """Where it is, by its ARN; empty for what has no region."""
        parts = self.text("arn").split(":")
        return parts[3] if len(parts) > 3 else ""


def resources(states: States, stacks: Iterable[str]) -> Iterator[Resource]:
    """Every resource in the states of stacks."""
    for stack in stacks:
        for found in states.document(stack)["resources"]:
            if found["mode"] == "managed":
                for instance in found["instances"]:
                    yield Resource(stack, found["type"], found["name"], instance["attributes"])
