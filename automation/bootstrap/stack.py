"""The CloudFormation stack that owns the bucket: one method for each call that is made about it.

Every call that changes something carries a token, or means the same when it is made twice: botocore
repeats a call whose answer was lost. The change set of an update is shown before it is executed.
"""

import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.errors import CommandError, UserError
from config.naming import Naming

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        StackEventTypeDef,
        StackTypeDef,
        TagTypeDef,
    )

TEMPLATE = Path(__file__).with_name("template.yaml")
# Waits between attempts grow to 20 seconds.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 10})
_IAM: Final = "CAPABILITY_NAMED_IAM"
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")


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


@dataclass(frozen=True)
class StackState:
    """A stack as it was when AWS was asked."""

    id: str
    status: str
    reason: str
    protected: bool
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]


class BootstrapStack:
    """The stack of an environment; `pause` is in seconds."""

    def __init__(self, session: boto3.Session, naming: Naming, *, pause: float) -> None:
        self._client = session.client("cloudformation", config=PATIENT)
        self._tags = {**naming.tags, "Stack": "bootstrap"}
        self._pause = pause
        self.name = naming.name("bootstrap")

    def find(self, id_: str | None = None) -> StackState | None:
        """The stack, or None; one that was deleted only by its id."""
        return look(self._client, id_ or self.name)

    def events(self, id_: str) -> "Iterator[StackEventTypeDef]":
        """What happened to the stack, the latest first."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=id_)
        for page in pages:
            yield from page["StackEvents"]

    def create(self, parameters: Mapping[str, str]) -> str:
        """Begin to create it, protected from deletion; its id."""
        answer = self._client.create_stack(
            StackName=self.name,
            TemplateBody=_template(),
            Parameters=_parameters(parameters),
            Capabilities=[_IAM],
            Tags=self._tag_list(),
            EnableTerminationProtection=True,
            ClientRequestToken=_token(),
        )
        return answer["StackId"]

    def protect(self, id_: str, *, protected: bool) -> None:
        """Forbid deletion, or allow it."""
        self._client.update_termination_protection(
            StackName=id_, EnableTerminationProtection=protected
        )

    def delete(self, id_: str) -> None:
        """Begin to delete it."""
        self._client.delete_stack(StackName=id_, ClientRequestToken=_token())

    def continue_rollback(self, id_: str) -> None:
        """Begin to roll an update back once more."""
        self._client.continue_update_rollback(StackName=id_, ClientRequestToken=_token())

    def prepare(self, parameters: Mapping[str, str]) -> ChangeSet:
        """Have AWS work out what an update would change."""
        token = _token()
        answer = self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=token,
            ChangeSetType="UPDATE",
            TemplateBody=_template(),
            Parameters=_parameters(parameters),
            Capabilities=[_IAM],
            Tags=self._tag_list(),
            ClientToken=token,
        )
        return self._prepared(answer["Id"])

    def adopt(self, parameters: Mapping[str, str], resources: Sequence[Any]) -> ChangeSet:
        """Have AWS work out how the stack would take over resources that exist.

        An import may not come with outputs, so those are left to the update that follows.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
        """
        token = _token()
        answer = self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=token,
            ChangeSetType="IMPORT",
            TemplateBody=_template().partition("\nOutputs:\n")[0] + "\n",
            Parameters=_parameters(parameters),
            ResourcesToImport=resources,
            Capabilities=[_IAM],
            Tags=self._tag_list(),
            ClientToken=token,
        )
        return self._prepared(answer["Id"])

    def execute(self, change_set: ChangeSet) -> None:
        """Begin to make its changes."""
        self._client.execute_change_set(ChangeSetName=change_set.id, ClientRequestToken=_token())

    def discard(self, change_set: ChangeSet) -> None:
        """Forget it."""
        self._client.delete_change_set(ChangeSetName=change_set.id)

    def _prepared(self, id_: str) -> ChangeSet:
        """A change set once AWS is done with it."""
        while True:
            answer = self._client.describe_change_set(ChangeSetName=id_)
            if answer["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            time.sleep(self._pause)
        if answer["Status"] == "CREATE_COMPLETE":
            return ChangeSet(id_, answer["StackId"], read(answer))
        reason = answer.get("StatusReason", answer["Status"])
        self._client.delete_change_set(ChangeSetName=id_)
        if any(words in reason for words in _UNCHANGED):
            return ChangeSet(id_, answer["StackId"], (), empty=True)
        raise CommandError(f"{self.name}: AWS cannot work out the changes: {reason}")

    def _tag_list(self) -> "list[TagTypeDef]":
        return [{"Key": key, "Value": value} for key, value in self._tags.items()]


def look(client: "CloudFormationClient", name: str) -> StackState | None:
    """A stack as it is, or None; one that was deleted only by its id."""
    try:
        stacks = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response.get("Error", {}).get("Message", ""):
            return None
        raise
    return _state(stacks[0])


def is_current(client: "CloudFormationClient", name: str) -> bool:
    """Whether a stack was made by a template that makes the same resources as this one."""
    given: Any = client.get_template(StackName=name)["TemplateBody"]
    return _made_by(given) == _made_by(_template())


def _made_by(template: str) -> list[str]:
    """The lines of a template that change resources: AWS takes others for no change."""
    lines = template.partition("\nConditions:\n")[2].splitlines()
    return [line.rstrip() for line in lines if line.strip()[:1] not in ("", "#")]


def _state(stack: "StackTypeDef") -> StackState:
    parameters, outputs = stack.get("Parameters", []), stack.get("Outputs", [])
    return StackState(
        id=stack.get("StackId", ""),
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        protected=stack.get("EnableTerminationProtection", False),
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in parameters
            if "ParameterKey" in each
        },
        outputs={
            each["OutputKey"]: each.get("OutputValue", "")
            for each in outputs
            if "OutputKey" in each
        },
    )


def _parameters(parameters: Mapping[str, str]) -> "list[ParameterTypeDef]":
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _token() -> str:
    """A name that nothing else has; those of change sets begin with a letter."""
    return f"terrace-{uuid.uuid4()}"
