"""A stack: its resources, its status and the events that led there.

All work is done within the request that asks for it. So that clients learn to wait, whoever looks
at the stack first after that sees it in progress still.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from automation.emulator.extensions.cloudformation.resources import (
    Alias,
    Bucket,
    BucketPolicy,
    Key,
    Made,
    ManagedPolicy,
    Provider,
    ResourceType,
    Role,
)
from automation.emulator.extensions.cloudformation.template import Template, invalid

KINDS: Mapping[str, ResourceType] = {
    "AWS::IAM::ManagedPolicy": ManagedPolicy(),
    "AWS::IAM::OIDCProvider": Provider(),
    "AWS::IAM::Role": Role(),
    "AWS::KMS::Alias": Alias(),
    "AWS::KMS::Key": Key(),
    "AWS::S3::Bucket": Bucket(),
    "AWS::S3::BucketPolicy": BucketPolicy(),
}
STACK = "AWS::CloudFormation::Stack"
_UNKNOWN = "known after it is made"


@dataclass
class PhysicalResource:
    """What was made of a part of a template."""

    type: str
    made: Made
    properties: dict[str, Any]
    retained: bool
    previous: dict[str, Any] | None = None
    """What it was like before an update, should that be rolled back."""


@dataclass
class EmulatedStack:
    """What CloudFormation knows of a stack."""

    name: str
    account: str
    region: str
    body: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    protected: bool = False
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    resources: dict[str, PhysicalResource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    outputs: list[dict[str, Any]] = field(default_factory=list)
    shown: str | None = None
    """The status that the next look shows, if it is another one."""

    def __post_init__(self) -> None:
        self.id = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{self.name}/" + str(
            uuid.uuid4()
        )
        self.created = datetime.datetime.now(datetime.UTC)

    def template(self, body: str, parameters: Mapping[str, str]) -> Template:
        """A template as this stack would have it."""
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackName": self.name,
        }
        return Template(body, parameters, pseudo, self._attribute)

    def create(self, token: str) -> None:
        """Make everything, or nothing."""
        self._begin("CREATE_IN_PROGRESS", token)
        template = self.template(self.body, self.parameters)
        if self._apply(template):
            self._finish("CREATE_COMPLETE", template)
            return
        self._record(self.name, STACK, "ROLLBACK_IN_PROGRESS", "creation failed")
        undone = self._delete(reversed(list(self.resources)), keep=False)
        self._finish("ROLLBACK_COMPLETE" if undone else "ROLLBACK_FAILED")

    def update(self, body: str, parameters: Mapping[str, str], token: str) -> None:
        """Change what is different, or nothing."""
        self._begin("UPDATE_IN_PROGRESS", token)
        template, before = self.template(body, parameters), set(self.resources)
        if self._apply(template):
            gone = [name for name in self.resources if name not in template.resources]
            self._delete(reversed(gone), keep=True)
            self.body, self.parameters = body, dict(parameters)
            for resource in self.resources.values():
                resource.previous = None
            self._finish("UPDATE_COMPLETE", template)
            return
        self._record(self.name, STACK, "UPDATE_ROLLBACK_IN_PROGRESS", "a resource failed")
        undone = self._restore()
        new = [name for name in self.resources if name not in before]
        undone = self._delete(reversed(new), keep=False) and undone
        self._finish("UPDATE_ROLLBACK_COMPLETE" if undone else "UPDATE_ROLLBACK_FAILED")

    def adopt(self, template: Template, identifiers: Mapping[str, Mapping[str, str]]) -> None:
        """Take resources over that exist already, as they are."""
        self._begin("IMPORT_IN_PROGRESS", "")
        for name in template.order():
            declared = template.resources[name]
            made = KINDS[declared["Type"]].find(self.region, identifiers[name])
            self._keep(name, declared, made, template.properties(name))
            self._record(name, declared["Type"], "IMPORT_COMPLETE", "", made["Ref"])
        self._finish("IMPORT_COMPLETE", template)

    def delete(self, token: str) -> None:
        """Delete everything that is not retained."""
        self._begin("DELETE_IN_PROGRESS", token)
        deleted = self._delete(reversed(list(self.resources)), keep=True)
        self._finish("DELETE_COMPLETE" if deleted else "DELETE_FAILED")

    def look(self) -> dict[str, Any]:
        """The stack as AWS describes it."""
        status, self.shown = self.shown or self.status, None
        return {
            "StackName": self.name,
            "StackId": self.id,
            "StackStatus": status,
            "StackStatusReason": self.reason if status == self.status else "",
            "CreationTime": self.created,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in self.parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "Outputs": self.outputs,
            "EnableTerminationProtection": self.protected,
        }

    def _attribute(self, name: str, attribute: str) -> str:
        resource = self.resources.get(name)
        return resource.made[attribute] if resource else f"{name}.{attribute} {_UNKNOWN}"

    def _apply(self, template: Template) -> bool:
        """Make and change what differs, up to the first failure."""
        for name in template.order():
            declared, properties = template.resources[name], template.properties(name)
            resource = self.resources.get(name)
            if resource is not None and resource.properties == properties:
                continue
            verb = "UPDATE" if resource else "CREATE"
            try:
                if resource:
                    KINDS[resource.type].update(self.region, resource.made, properties)
                    resource.previous, resource.properties = resource.properties, properties
                else:
                    self._record(name, declared["Type"], "CREATE_IN_PROGRESS", "")
                    made = KINDS[declared["Type"]].create(self.region, properties, self.tags)
                    self._keep(name, declared, made, properties)
            except ClientError as error:
                self._record(name, declared["Type"], f"{verb}_FAILED", str(error))
                return False
            physical = self.resources[name].made["Ref"]
            self._record(name, declared["Type"], f"{verb}_COMPLETE", "", physical)
        return True

    def _restore(self) -> bool:
        for name, resource in self.resources.items():
            if resource.previous is None:
                continue
            try:
                KINDS[resource.type].update(self.region, resource.made, resource.previous)
            except ClientError as error:
                self._record(name, resource.type, "UPDATE_FAILED", str(error))
                return False
            resource.properties, resource.previous = resource.previous, None
        return True

    def _delete(self, names: Iterable[str], *, keep: bool) -> bool:
        deleted = True
        for name in list(names):
            resource = self.resources[name]
            status, reason = "DELETE_SKIPPED" if keep and resource.retained else "", ""
            if not status:
                try:
                    kind = KINDS[resource.type]
                    kind.delete(self.region, resource.made, resource.properties)
                    status = "DELETE_COMPLETE"
                except ClientError as error:
                    status, reason, deleted = "DELETE_FAILED", str(error), False
            self._record(name, resource.type, status, reason, resource.made["Ref"])
            if status != "DELETE_FAILED":
                del self.resources[name]
        return deleted

    def _keep(
        self, name: str, declared: Mapping[str, Any], made: Made, properties: dict[str, Any]
    ) -> None:
        policy = declared.get("DeletionPolicy", "Delete")
        self.resources[name] = PhysicalResource(
            declared["Type"], made, properties, retained=policy.startswith("Retain")
        )

    def _begin(self, status: str, token: str) -> None:
        if self.shown is not None:
            raise invalid(f"Stack:{self.id} is in {self.shown} state and can not be updated.")
        self.tokens.add(token)
        self.shown, self.reason = status, ""
        self._record(self.name, STACK, status, "User Initiated")

    def _finish(self, status: str, template: Template | None = None) -> None:
        self.status = status
        if template is not None:
            self.outputs = template.outputs()
        if status.endswith("FAILED"):
            self.reason = "a resource could not be deleted or restored"
        self._record(self.name, STACK, status, self.reason)

    def review(self) -> None:
        """There is a change set, and nothing else."""
        self._record(self.name, STACK, self.status, "User Initiated")

    def _record(self, name: str, kind: str, status: str, reason: str, physical: str = "") -> None:
        event = {
            "EventId": f"{name}-{uuid.uuid4()}",
            "StackId": self.id,
            "StackName": self.name,
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "Timestamp": datetime.datetime.now(datetime.UTC),
        }
        self.events.append(event)


NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@dataclass
class EmulatedChangeSet:
    """A template and parameters that a stack could have."""

    stack: EmulatedStack
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
