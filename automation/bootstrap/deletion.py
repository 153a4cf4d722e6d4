"""Deletes the stack; the bucket, the keys and what guards them outlive it."""

from collections.abc import Callable

import boto3

from automation.bootstrap.account import PURPOSE, Account
from automation.bootstrap.bootstrap import PAUSE, Outcome
from automation.bootstrap.following import Event, Follower
from automation.bootstrap.settling import at_rest, delete
from automation.bootstrap.stack import Stack
from automation.checks.clients import Clients
from automation.errors import UserError
from automation.status.states import States
from config import Settings


def delete_stack(
    session: boto3.Session,
    settings: Settings,
    *,
    confirm: Callable[[], bool] = lambda: True,
    tell: Callable[[Event], None] = lambda _: None,
    pause: float = PAUSE,
) -> Outcome:
    """Delete the stack of an environment; raises `UserError` while a state holds anything."""
    stack = Stack(session, settings.naming, pause=pause)
    follower = Follower(stack, tell=tell, pause=pause)
    state = at_rest(stack, follower)
    if state is None:
        return Outcome("absent", None)
    _refuse_states(session, settings)
    if not confirm():
        return Outcome("declined", state)
    delete(stack, follower, state)
    return Outcome("deleted", None)


def _refuse_states(session: boto3.Session, settings: Settings) -> None:
    if not Account(session, settings.naming).has_bucket(PURPOSE):
        return
    states = States(Clients(session, settings.region), settings)
    held = [each.stack for each in states.each(()) if each.resources or each.lock]
    if held:
        raise UserError(
            f"{states.bucket} holds the states of {', '.join(held)}: run "
            f"`python -m automation destroy --env {settings.environment}` first; nothing changed"
        )
