"""Steps of one stack: connect to its state, plan, apply, destroy; with retries and backoff.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

import json
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from automation.terraform.diagnostics import faults
from automation.terraform.pool import StackRun
from automation.terraform.progress import Problem
from automation.terraform.runner import Operation, Step
from automation.terraform.stacks import Stack

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


@dataclass(frozen=True)
class Backoff:
    """Pauses, in seconds, that double up to a cap; half of each is left to chance."""

    tries: int = 5
    base: float = 3
    cap: float = 60
    chance: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """One for each further try."""
        for number in range(self.tries):
            longest = min(self.cap, self.base * 2**number)
            yield longest * (1 + self.chance()) / 2


PATIENT = Backoff()


# Why a plan must not be applied; empty when it may.
Approve = Callable[[Step], str]
NO_CHANGES = "no changes"


def deploy_stack(
    stack_run: StackRun, approve: Approve = lambda _: "", *, backoff: Backoff = PATIENT
) -> bool:
    """Bring a stack to what was synthesized, and whether that succeeded."""
    return connect(stack_run, backoff) and plan_and_apply(stack_run, backoff, approve)


def connect(stack_run: StackRun, backoff: Backoff) -> bool:
    """Connect to the stack's state."""
    return retry(stack_run, lambda: stack_run.do("init", stack_run.runner.init), backoff)


def plan(stack_run: StackRun, backoff: Backoff, mode: str | None = None) -> bool:
    """Plan, and keep the plan; `mode` is that of the runner."""
    return retry(
        stack_run, lambda: stack_run.do("plan", partial(stack_run.runner.plan, mode)), backoff
    )


def plan_and_apply(
    stack_run: StackRun,
    backoff: Backoff,
    approve: Approve = lambda _: "",
    *,
    planned: bool = False,
) -> bool:
    """Apply a saved plan; `planned` says that there is one, which is taken first.

    A plan is good for one try: after a failed one, what is left is planned anew.
    """
    ready = planned

    def attempt() -> bool:
        nonlocal ready
        if ready:
            ready = False
            return stack_run.do("apply", stack_run.runner.apply)
        return _deploy_once(stack_run, approve)

    return retry(stack_run, attempt, backoff)


def apply_at_once(stack_run: StackRun, backoff: Backoff, targets: Sequence[str] = ()) -> bool:
    """Apply a stack, or `targets` in it, without a plan that anybody sees."""
    return retry(
        stack_run,
        lambda: stack_run.do("apply", partial(stack_run.runner.apply_at_once, targets)),
        backoff,
    )


def _deploy_once(stack_run: StackRun, approve: Approve) -> bool:
    if not stack_run.do("plan", stack_run.runner.plan):
        return False
    step = stack_run.steps[-1]
    if not step.changed:
        applied = any(each.command is Operation.APPLY for each in stack_run.steps)
        stack_run.note = stack_run.note if applied else NO_CHANGES
        return True
    reason = approve(step)
    if reason:
        return refuse(stack_run, reason)
    return stack_run.do("apply", stack_run.runner.apply)


def refuse(stack_run: StackRun, reason: str) -> bool:
    """Give up a stack for a reason that Terraform does not know of."""
    return stack_run.do("stop", lambda: Step(Operation.PLAN, 1, 0, (Problem(reason),)))


def retry(stack_run: StackRun, attempt: Callable[[], bool], backoff: Backoff) -> bool:
    """Try until it succeeds, or fails for a reason that does not pass, or Ctrl-C is pressed."""
    for pause in backoff.pauses():
        if attempt():
            return True
        found = faults(stack_run.problems)
        if not all(fault.passing for fault in found):
            return False
        reason = ", ".join(sorted({fault.kind for fault in found}))
        stack_run.board.phase(stack_run.stack, f"waiting {pause:.0f} s: {reason}")
        if not stack_run.pause(pause):
            return False
    return attempt()


def destroy_stack(stack_run: StackRun, *, backoff: Backoff = PATIENT) -> bool:
    """Connect to a stack's state and destroy what it holds, and whether that succeeded."""
    return connect(stack_run, backoff) and empty_stack(stack_run, backoff=backoff)


def empty_stack(stack_run: StackRun, *, backoff: Backoff = PATIENT) -> bool:
    """The same of a stack that is connected to its state."""
    return retry(stack_run, lambda: _destroy_once(stack_run), backoff)


def _destroy_once(stack_run: StackRun) -> bool:
    if stack_run.runner.keeps and not stack_run.do("give up", stack_run.runner.give_up):
        return False
    plan: partial[Step] = partial(stack_run.runner.plan, "destroy")
    if not stack_run.do("plan to destroy", plan):
        return False
    return not stack_run.steps[-1].changed or stack_run.do("destroy", stack_run.runner.apply)


def left_behind(
    client: "S3Client", stacks: Iterable[Stack], destroyed: Collection[str]
) -> Iterator[str]:
    """What the states of destroyed stacks still hold, and locks that nobody released."""
    for stack in stacks:
        backend = stack.content["terraform"]["backend"]["s3"]
        bucket, key = backend["bucket"], backend["key"]
        if stack.name in destroyed:
            body = client.get_object(Bucket=bucket, Key=key)["Body"]
            state: dict[str, Any] = json.load(body)
            for resource in state["resources"]:
                yield f"{stack.name}: {resource['mode']} {resource['type']}.{resource['name']}"
        locks = client.list_objects_v2(Bucket=bucket, Prefix=f"{key}.tflock")
        yield from (lock["Key"] for lock in locks.get("Contents", ()))
