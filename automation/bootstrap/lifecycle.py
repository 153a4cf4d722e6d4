"""Gets the stack out of every state from which it can neither be created nor updated."""

from automation.bootstrap.following import Follower
from automation.bootstrap.stack import Stack, State
from automation.bootstrap.status import Rest, rest_of
from automation.errors import CommandError

# Even the worst takes only four: wait for a creation, wait for its rollback, delete, look again.
_STEPS = 10


def at_rest(stack: Stack, follower: Follower) -> State | None:
    """The stack, or None, once nobody changes it any more."""
    state = stack.find()
    if state is None:
        return None
    follower.ignore(state.id)
    if rest_of(state.status) is Rest.BUSY:
        state = follower.wait(state.id)
    return None if rest_of(state.status) is Rest.ABSENT else state


def settle(stack: Stack, follower: Follower) -> State | None:
    """The stack, ready to be updated, or None, ready to be created; raises `CommandError`."""
    for _ in range(_STEPS):
        state = at_rest(stack, follower)
        rest = rest_of(state.status if state else None)
        if state is None or rest is Rest.USABLE:
            return state
        if rest is Rest.STUCK:
            _continue_rollback(stack, follower, state)
        elif rest is Rest.USELESS:
            delete(stack, follower, state)
    raise CommandError(f"{stack.name} does not come to rest: somebody else is changing it")


def delete(stack: Stack, follower: Follower, state: State) -> None:
    """Delete it, protected or not; raises `CommandError` when something does not let go."""
    if state.protected:
        stack.protect(state.id, protected=False)
    stack.delete(state.id)
    found = follower.wait(state.id)
    if rest_of(found.status) is not Rest.ABSENT:
        raise CommandError(
            f"{stack.name} could not be deleted: {follower.failure(found)}; "
            "mend that, then run it again"
        )


def _continue_rollback(stack: Stack, follower: Follower, state: State) -> None:
    stack.continue_rollback(state.id)
    found = follower.wait(state.id)
    if rest_of(found.status) is Rest.STUCK:
        raise CommandError(
            f"{stack.name} could not be rolled back: {follower.failure(found)}; "
            "mend that, then run it again"
        )
