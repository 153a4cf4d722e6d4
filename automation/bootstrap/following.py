"""Waits for the stack, and tells what happens to it meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.bootstrap.stack import Stack, State
from automation.bootstrap.status import Rest, rest_of

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

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

    def __init__(self, stack: Stack, *, tell: Callable[[Event], None], pause: float) -> None:
        self._stack = stack
        self._tell = tell
        self._pause = pause
        self._seen: set[str] = set()
        self._events: list[Event] = []

    def ignore(self, id_: str) -> None:
        """Do not tell what has happened so far."""
        self._events = []
        self._seen |= {each["EventId"] for each in self._stack.events(id_)}

    def wait(self, id_: str) -> State:
        """The stack once it is at rest."""
        while True:
            found = self._stack.find(id_)
            self._look(id_)
            if found is None:
                return State(id_, "DELETE_COMPLETE", "", False, {}, {})
            if rest_of(found.status) is not Rest.BUSY:
                return found
            time.sleep(self._pause)

    def failure(self, state: State) -> str:
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
