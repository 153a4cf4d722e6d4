"""What is done with one stack: connect to its state, plan, apply; what passes is tried again."""

from collections.abc import Callable, Sequence
from functools import partial

from automation.deployment.backoff import PATIENT, Backoff
from automation.deployment.classify import faults
from automation.fleet import Track
from automation.runner import Command, Step
from automation.stream import Problem

# Why a plan must not be applied; empty when it may.
Approve = Callable[[Step], str]
NO_CHANGES = "no changes"


def deploy_stack(
    track: Track, approve: Approve = lambda _: "", *, backoff: Backoff = PATIENT
) -> bool:
    """Bring a stack to what was synthesized, and whether that succeeded."""
    return connect(track, backoff) and plan_and_apply(track, backoff, approve)


def connect(track: Track, backoff: Backoff) -> bool:
    """Connect to the stack's state."""
    return persist(track, lambda: track.do("init", track.runner.init), backoff)


def plan(track: Track, backoff: Backoff, mode: str | None = None) -> bool:
    """Plan, and keep the plan; `mode` is that of the runner."""
    return persist(track, lambda: track.do("plan", partial(track.runner.plan, mode)), backoff)


def plan_and_apply(
    track: Track,
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
            return track.do("apply", track.runner.apply)
        return _attempt(track, approve)

    return persist(track, attempt, backoff)


def apply_at_once(track: Track, backoff: Backoff, targets: Sequence[str] = ()) -> bool:
    """Apply a stack, or `targets` in it, without a plan that anybody sees."""
    return persist(
        track, lambda: track.do("apply", partial(track.runner.apply_at_once, targets)), backoff
    )


def _attempt(track: Track, approve: Approve) -> bool:
    if not track.do("plan", track.runner.plan):
        return False
    step = track.steps[-1]
    if not step.changed:
        applied = any(each.command is Command.APPLY for each in track.steps)
        track.note = track.note if applied else NO_CHANGES
        return True
    reason = approve(step)
    if reason:
        return refuse(track, reason)
    return track.do("apply", track.runner.apply)


def refuse(track: Track, reason: str) -> bool:
    """Give up a stack for a reason that Terraform does not know of."""
    return track.do("stop", lambda: Step(Command.PLAN, 1, 0, (Problem(reason),)))


def persist(track: Track, attempt: Callable[[], bool], backoff: Backoff) -> bool:
    """Try until it succeeds, or fails for a reason that does not pass, or Ctrl-C is pressed."""
    for pause in backoff.pauses():
        if attempt():
            return True
        found = faults(track.problems)
        if not all(fault.passing for fault in found):
            return False
        reason = ", ".join(sorted({fault.kind for fault in found}))
        track.board.phase(track.stack, f"waiting {pause:.0f} s: {reason}")
        if not track.pause(pause):
            return False
    return attempt()
