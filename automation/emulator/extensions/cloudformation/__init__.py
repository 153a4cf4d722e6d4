"""CloudFormation, for stacks like that of the state bucket: its API's calls.

moto's own ignores versioning, public access blocks and policies of buckets, aliases, conditions in
updates, termination protection, request tokens, and rolls nothing back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from typing import Any, ClassVar

from moto.core.responses import ActionResult, EmptyResult

from automation.emulator.extensions.cloudformation.stack import EmulatedChangeSet, EmulatedStack
from automation.emulator.extensions.cloudformation.template import invalid
from automation.emulator.extensions.double import Double, Refused

_CHANGEABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


class CloudFormation(Double):
    """Stacks by id, change sets by id."""

    _stacks: ClassVar[dict[str, EmulatedStack]] = {}
    _change_sets: ClassVar[dict[str, EmulatedChangeSet]] = {}

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")

    def create_stack(self) -> ActionResult:
        """Make a stack; to be asked again with the same token is no error."""
        given = self.parameters()
        token = given.get("ClientRequestToken", "")
        found = self._live(given["StackName"])
        if found is not None:
            if token and token in found.tokens:
                return ActionResult({"StackId": found.id})
            raise Refused("AlreadyExistsException", f"Stack [{found.name}] already exists")
        stack = self._stack(given)
        stack.body, stack.parameters = given["TemplateBody"], _parameters(given, stack)
        stack.protected = bool(given.get("EnableTerminationProtection", False))
        stack.parameters = stack.template(stack.body, stack.parameters).parameters
        self._stacks[stack.id] = stack
        stack.create(token)
        return ActionResult({"StackId": stack.id})

    def describe_stacks(self) -> ActionResult:
        """One stack, or all; a deleted one by its id alone."""
        name = self.parameters().get("StackName")
        stacks = [self._existing(name)] if name else self._living()
        return ActionResult({"Stacks": [stack.look() for stack in stacks]})

    def describe_stack_events(self) -> ActionResult:
        """The latest event first."""
        stack = self._existing(self.parameters()["StackName"])
        return ActionResult({"StackEvents": stack.events[::-1]})

    def describe_stack_resources(self) -> ActionResult:
        """What the stack consists of."""
        stack = self._existing(self.parameters()["StackName"])
        resources = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": resource.made["Ref"],
                "ResourceType": resource.type,
                "ResourceStatus": "CREATE_COMPLETE",
                "Timestamp": stack.created,
            }
            for name, resource in stack.resources.items()
        ]
        return ActionResult({"StackResources": resources})

    def get_template(self) -> ActionResult:
        """The template as it was given."""
        stack = self._existing(self.parameters()["StackName"])
        return ActionResult({"TemplateBody": stack.body})

    def update_termination_protection(self) -> ActionResult:
        """Allow deletion, or forbid it."""
        given = self.parameters()
        stack = self._existing(given["StackName"])
        stack.protected = given["EnableTerminationProtection"]
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> EmptyResult:
        """Delete a stack; to delete none is no error."""
        given = self.parameters()
        stack = self._live(given["StackName"])
        if stack is None:
            return EmptyResult()
        if stack.protected:
            raise invalid(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        stack.delete(given.get("ClientRequestToken", ""))
        return EmptyResult()

    def create_change_set(self) -> ActionResult:
        """Work out what an update would do; the first one of a stack brings it into being."""
        given = self.parameters()
        kind, token = given.get("ChangeSetType", "UPDATE"), given.get("ClientToken", "")
        for each in self._change_sets.values():
            if token and each.token == token:
                return ActionResult({"Id": each.id, "StackId": each.stack.id})
        stack = self._live(given["StackName"])
        if stack is None:
            if kind == "UPDATE":
                raise invalid(f"Stack [{given['StackName']}] does not exist")
            stack = self._stack(given)
            self._stacks[stack.id] = stack
            stack.review()
        elif kind == "UPDATE" and stack.status not in _CHANGEABLE:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        _check_capabilities(given)
        imported = {
            each["LogicalResourceId"]: each["ResourceIdentifier"]
            for each in given.get("ResourcesToImport", ())
        }
        made = EmulatedChangeSet(
            stack=stack,
            name=given["ChangeSetName"],
            kind=kind,
            body=given["TemplateBody"],
            parameters=_parameters(given, stack),
            token=token,
            imported=imported,
        )
        self._change_sets[made.id] = made
        return ActionResult({"Id": made.id, "StackId": stack.id})

    def describe_change_set(self) -> ActionResult:
        """What it would do."""
        return ActionResult(self._change_set().look())

    def execute_change_set(self) -> EmptyResult:
        """Do it; to be asked again with the same token is no error."""
        change_set, token = self._change_set(), self.parameters().get("ClientRequestToken", "")
        if not (change_set.executed and token in change_set.stack.tokens):
            change_set.execute(token)
        return EmptyResult()

    def delete_change_set(self) -> EmptyResult:
        """Forget it."""
        del self._change_sets[self._change_set().id]
        return EmptyResult()

    def _stack(self, given: dict[str, Any]) -> EmulatedStack:
        _check_capabilities(given)
        return EmulatedStack(
            name=given["StackName"],
            account=self.current_account,
            region=self.region,
            tags={each["Key"]: each["Value"] for each in given.get("Tags", ())},
        )

    def _living(self) -> list[EmulatedStack]:
        return [
            stack
            for stack in self._stacks.values()
            if stack.region == self.region and stack.status != "DELETE_COMPLETE"
        ]

    def _live(self, name: str) -> EmulatedStack | None:
        found = (stack for stack in self._living() if name in (stack.name, stack.id))
        return next(found, None)

    def _existing(self, name: str) -> EmulatedStack:
        stack = self._live(name) or self._stacks.get(name)
        if stack is None:
            raise invalid(f"Stack with id {name} does not exist")
        return stack

    def _change_set(self) -> EmulatedChangeSet:
        given = self.parameters()
        for each in self._change_sets.values():
            stacks = (None, each.stack.name, each.stack.id)
            if given["ChangeSetName"] in (each.name, each.id) and given.get("StackName") in stacks:
                return each
        raise Refused("ChangeSetNotFound", f"ChangeSet [{given['ChangeSetName']}] does not exist")


def _parameters(given: dict[str, Any], stack: EmulatedStack) -> dict[str, str]:
    return {
        each["ParameterKey"]: stack.parameters[each["ParameterKey"]]
        if each.get("UsePreviousValue")
        else each["ParameterValue"]
        for each in given.get("Parameters", ())
    }


def _check_capabilities(given: dict[str, Any]) -> None:
    capability = "CAPABILITY_NAMED_IAM"
    if "AWS::IAM::" in given["TemplateBody"] and capability not in given.get("Capabilities", ()):
        raise Refused("InsufficientCapabilitiesException", f"Requires capabilities: {capability}")
