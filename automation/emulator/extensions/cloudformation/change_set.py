"""A change set: what an update would do, before it is done."""

import datetime
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.emulator.extensions.cloudformation.stack import Stack

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@dataclass
class ChangeSet:
    """A template and parameters that a stack could have."""

    stack: Stack
    name: str
    kind: str
    body: str
    parameters: dict[str, str]
    token: str
    imported: Mapping[str, Mapping[str, str]]
    executed: bool = False
    changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        stack = self.stack
        self.id = (
            f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet/{self.name}/"
            f"{uuid.uuid4()}"
        )
        self.created = datetime.datetime.now(datetime.UTC)
        self.template = stack.template(self.body, self.parameters)
        self.parameters = self.template.parameters
        self.changes = list(self._changes())

    def execute(self, token: str) -> None:
        """Do it."""
        self.executed = True
        if self.kind == "IMPORT":
            self.stack.body, self.stack.parameters = self.body, self.parameters
            self.stack.adopt(self.template, self.imported)
        elif self.kind == "CREATE":
            self.stack.body, self.stack.parameters = self.body, self.parameters
            self.stack.create(token)
        else:
            self.stack.update(self.body, self.parameters, token)

    def look(self) -> dict[str, Any]:
        """The change set as AWS describes it."""
        empty = not self.changes and self._outputs() == self.stack.outputs
        return {
            "ChangeSetName": self.name,
            "ChangeSetId": self.id,
            "StackName": self.stack.name,
            "StackId": self.stack.id,
            "CreationTime": self.created,
            "Status": "FAILED" if empty else "CREATE_COMPLETE",
            "StatusReason": NO_CHANGES if empty else "",
            "ExecutionStatus": "UNAVAILABLE" if empty else "AVAILABLE",
            "Changes": [{"Type": "Resource", "ResourceChange": each} for each in self.changes],
        }

    def _outputs(self) -> list[dict[str, Any]]:
        return self.template.outputs()

    def _changes(self) -> Iterator[dict[str, Any]]:
        resources = self.stack.resources
        for name in self.template.order():
            kind, found = self.template.resources[name]["Type"], resources.get(name)
            change = {"LogicalResourceId": name, "ResourceType": kind}
            if self.kind == "IMPORT":
                yield {**change, "Action": "Import"}
            elif found is None:
                yield {**change, "Action": "Add"}
            elif found.properties != self.template.properties(name):
                yield {**change, "Action": "Modify", "Replacement": "False"}
        for name, found in resources.items():
            if name not in self.template.resources:
                change = {"LogicalResourceId": name, "ResourceType": found.type}
                yield {**change, "PhysicalResourceId": found.made["Ref"], "Action": "Remove"}
