"""The status of a CloudFormation stack: what it allows, how to wait, the way out of a failure."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from automation.bootstrap.stack import BootstrapStack, StackState
from automation.errors import CommandError

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackEventTypeDef


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
_USABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}
_USELESS = {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "IMPORT_ROLLBACK_FAILED",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
}


class StackPhase(Enum):
    """Where a stack is, and so what has to come next."""

    ABSENT = "create it"
    USABLE = "update it"
    BUSY = "wait for it"
    STUCK = "continue its rollback"
    USELESS = "delete it and create it again"


def rest_of(status: str | None) -> StackPhase:
    """What comes next for a status; None is a stack that does not exist."""
    if status is None or status == "DELETE_COMPLETE":
        return StackPhase.ABSENT
    if status in _USABLE:
        return StackPhase.USABLE
    if status in _USELESS:
        return StackPhase.USELESS
    if status == "UPDATE_ROLLBACK_FAILED":
        return StackPhase.STUCK
    # Also any that AWS may add: to wait does no harm.
    return StackPhase.BUSY


_STACK = "AWS::CloudFormation::Stack"
# What CloudFormation says of resources that it gave up because of another one.
_CANCELLED = "cancelled"


@dataclass(frozen=True)
class Event:
    """Something that happened to a resource, or to the stack itself."""

    resource: str
    type: str
    status: str
    reason: str

    @property
    def failed(self) -> bool:
        """Whether it went wrong by itself."""
        return self.status.endswith("_FAILED") and _CANCELLED not in self.reason

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.resource} {self.status}{reason}"


class Follower:
    """Follows one stack; `tell` is called for each event that is new."""

    def __init__(
        self, stack: BootstrapStack, *, tell: Callable[[Event], None], pause: float
    ) -> None:
        self._stack = stack
        self._tell = tell
        self._pause = pause
        self._seen: set[str] = set()
        self._events: list[Event] = []

    def ignore(self, id_: str) -> None:
        """Do not tell what has happened so far."""
        self._events = []
        self._seen |= {each["EventId"] for each in self._stack.events(id_)}

    def wait(self, id_: str) -> StackState:
        """The stack once it is at rest."""
        while True:
            found = self._stack.find(id_)
            self._look(id_)
            if found is None:
                return StackState(id_, "DELETE_COMPLETE", "", False, {}, {})
            if rest_of(found.status) is not StackPhase.BUSY:
                return found
            time.sleep(self._pause)

    def failure(self, state: StackState) -> str:
        """The first resource that failed, and why; else what AWS says of the stack."""
        failed = [event for event in self._events if event.failed]
        first = next((event for event in failed if event.type != _STACK), None)
        if first is not None:
            return f"{first.resource} ({first.type}) {first.status}: {first.reason}"
        return f"{state.status}: {state.reason or 'AWS gives no reason'}"

    def _look(self, id_: str) -> None:
        news: list[StackEventTypeDef] = []
        for each in self._stack.events(id_):
            if each["EventId"] in self._seen:
                break
            news.append(each)
        for each in reversed(news):
            self._seen.add(each["EventId"])
            event = _event(each)
            self._events.append(event)
            self._tell(event)


def _event(each: "StackEventTypeDef") -> Event:
    return Event(
        each.get("LogicalResourceId", ""),
        each.get("ResourceType", ""),
        each.get("ResourceStatus", ""),
        " ".join(each.get("ResourceStatusReason", "").split()),
    )


# Even the worst takes only four: wait for a creation, wait for its rollback, delete, look again.
_STEPS = 10


def at_rest(stack: BootstrapStack, follower: Follower) -> StackState | None:
    """The stack, or None, once nobody changes it any more."""
    state = stack.find()
    if state is None:
        return None
    follower.ignore(state.id)
    if rest_of(state.status) is StackPhase.BUSY:
        state = follower.wait(state.id)
    return None if rest_of(state.status) is StackPhase.ABSENT else state


def settle(stack: BootstrapStack, follower: Follower) -> StackState | None:
    """The stack, ready to be updated, or None, ready to be created; raises `CommandError`."""
    for _ in range(_STEPS):
        state = at_rest(stack, follower)
        rest = rest_of(state.status if state else None)
        if state is None or rest is StackPhase.USABLE:
            return state
        if rest is StackPhase.STUCK:
            _continue_rollback(stack, follower, state)
        elif rest is StackPhase.USELESS:
            delete(stack, follower, state)
    raise CommandError(f"{stack.name} does not come to rest: somebody else is changing it")


def delete(stack: BootstrapStack, follower: Follower, state: StackState) -> None:
    """Delete it, protected or not; raises `CommandError` when something does not let go."""
    if state.protected:
        stack.protect(state.id, protected=False)
    stack.delete(state.id)
    found = follower.wait(state.id)
    if rest_of(found.status) is not StackPhase.ABSENT:
        raise CommandError(
            f"{stack.name} could not be deleted: {follower.failure(found)}; "
            "mend that, then run it again"
        )


def _continue_rollback(stack: BootstrapStack, follower: Follower, state: StackState) -> None:
    stack.continue_rollback(state.id)
    found = follower.wait(state.id)
    if rest_of(found.status) is StackPhase.STUCK:
        raise CommandError(
            f"{stack.name} could not be rolled back: {follower.failure(found)}; "
            "mend that, then run it again"
        )
