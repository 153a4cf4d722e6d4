"""Creates, updates or deletes the CloudFormation stack of the bucket of Terraform's states.

Says, too, whether the rights that it gave are those of the settings and of this version.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from automation.aws import explain
from automation.aws.states import States
from automation.bootstrap.account import NONE, PURPOSE, Account, GitHub
from automation.bootstrap.lifecycle import Event, Follower, at_rest, delete, settle
from automation.bootstrap.stack import (
    BootstrapStack,
    ChangeSet,
    StackChange,
    StackState,
    is_current,
    look,
)
from automation.errors import CommandError, UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_cloudformation.client import CloudFormationClient

# Seconds between two looks at the stack: AWS throttles who asks for events more often.
PAUSE = 3.0
_GITHUB = (
    "GitHubRepository",
    "GitHubRepositoryId",
    "GitHubSubjects",
    "GitHubPlanSubjects",
    "GitHubProvider",
)


@dataclass(frozen=True)
class BootstrapOutcome:
    """What was done: "created", "imported", "updated", "declined", "deleted" or nothing."""

    action: str
    state: StackState | None
    changes: tuple[StackChange, ...] = ()


def create_or_update(
    session: boto3.Session,
    settings: Settings,
    *,
    github: GitHub | None = None,
    confirm: Callable[[Sequence[StackChange]], bool] = lambda _: True,
    tell: Callable[[Event], None] = lambda _: None,
    pause: float = PAUSE,
) -> BootstrapOutcome:
    """Create the stack of an environment, or update it.

    `github` None leaves the roles as they are. Raises `CommandError` with the first resource that
    failed; to call it again is always safe.
    """
    stack = BootstrapStack(session, settings.naming, pause=pause)
    follower = Follower(stack, tell=tell, pause=pause)
    account = Account(session, settings.naming)
    return Bootstrap(stack, follower, account, settings, github, confirm).run()


@dataclass(frozen=True)
class Bootstrap:
    """One run of it."""

    stack: BootstrapStack
    follower: Follower
    account: Account
    settings: Settings
    github: GitHub | None
    confirm: Callable[[Sequence[StackChange]], bool]

    def run(self) -> BootstrapOutcome:
        """See `bootstrap`."""
        state = settle(self.stack, self.follower)
        if state is not None:
            return self._update(state)
        if self.account.has_bucket(PURPOSE):
            return self._adopt()
        return self._create()

    def _create(self) -> BootstrapOutcome:
        id_ = self.stack.create(self._parameters({}))
        state = self.follower.wait(id_)
        if state.status != "CREATE_COMPLETE":
            raise self._failed("could not be created", state)
        return BootstrapOutcome("created", state)

    def _update(self, state: StackState) -> BootstrapOutcome:
        change_set = self.stack.prepare(self._parameters(state.parameters))
        if change_set.empty:
            return BootstrapOutcome("unchanged", self._protected(state))
        if not self._agreed(change_set):
            return BootstrapOutcome("declined", state, change_set.changes)
        state = self._execute(change_set)
        if state.status != "UPDATE_COMPLETE":
            raise self._failed("could not be updated", state)
        return BootstrapOutcome("updated", self._protected(state), change_set.changes)

    def _adopt(self) -> BootstrapOutcome:
        """Take over what an earlier stack left, then bring it up to date.

        An import believes what the template says of it; checks of the live account do not.
        """
        resources = self.account.retained()
        nobody = {**GitHub(NONE, ()).parameters, "GitHubProvider": "existing"}
        basics = {**_basics(self.settings), "Environment": NONE, "Protected": NONE}
        change_set = self.stack.adopt({**basics, **nobody}, resources)
        try:
            agreed = self._agreed(change_set)
        except BaseException:
            self.stack.delete(change_set.stack_id)
            raise
        if not agreed:
            self.stack.delete(change_set.stack_id)
            return BootstrapOutcome("declined", None, change_set.changes)
        state = self._execute(change_set)
        if state.status != "IMPORT_COMPLETE":
            raise self._failed("could not take over what exists", state)
        updated = self._update(state)
        return BootstrapOutcome("imported", updated.state, change_set.changes + updated.changes)

    def _agreed(self, change_set: ChangeSet) -> bool:
        """Whether to go on; if not, nothing is left of the change set."""
        try:
            agreed = self.confirm(change_set.changes)
        except BaseException:
            self.stack.discard(change_set)
            raise
        if not agreed:
            self.stack.discard(change_set)
        return agreed

    def _execute(self, change_set: ChangeSet) -> StackState:
        self.follower.ignore(change_set.stack_id)
        self.stack.execute(change_set)
        return self.follower.wait(change_set.stack_id)

    def _protected(self, state: StackState) -> StackState:
        """Somebody may have lifted the protection, and an import cannot set it."""
        if state.protected:
            return state
        self.stack.protect(state.id, protected=True)
        return replace(state, protected=True)

    def _failed(self, what: str, state: StackState) -> CommandError:
        reason = self.follower.failure(state)
        return CommandError(
            f"{self.stack.name} {what}: {reason} (now {state.status}); mend that, then run it again"
        )

    def _parameters(self, before: Mapping[str, str]) -> dict[str, str]:
        """What was decided about GitHub stays, unless it is decided anew."""
        kept = {name: before[name] for name in _GITHUB if name in before}
        if self.github is None:
            return {**_basics(self.settings), **kept}
        owns = before.get("GitHubProvider") == "own" or not (
            self.github.repository == NONE or self.account.trusts_github()
        )
        provider = {"GitHubProvider": "own" if owns else "existing"}
        return {**_basics(self.settings), **self.github.parameters, **provider}


def _basics(settings: Settings) -> dict[str, str]:
    """What the stack follows from, but for GitHub."""
    return {
        "Prefix": settings.naming.prefix,
        "Environment": settings.environment,
        "Application": settings.app_id,
        "Protected": settings.naming.prefix if settings.deletion_protection else NONE,
        "AccessLogDays": str(settings.storage.log_days),
    }


# The settings from which rights follow, by the stack's parameters.
_OF_RIGHTS = {
    "Environment": "environment",
    "Application": "app_id",
    "Protected": "deletion_protection",
}
_DENIED = ("AccessDenied", "AccessDeniedException")


def outdated(client: "CloudFormationClient", settings: Settings) -> str:
    """Why the rights that bootstrap gave are not current, or nothing; raises `ClientError`."""
    name, wanted = settings.naming.name("bootstrap"), _basics(settings)
    state = look(client, name)
    if state is None:
        return f"there is no stack {name}"
    changed = [
        key for name, key in _OF_RIGHTS.items() if state.parameters.get(name) != wanted[name]
    ]
    if changed:
        return f"given for another {' and '.join(changed)}"
    return "" if is_current(client, name) else "given by another version of Terrace"


def check_rights(
    session: boto3.Session, settings: Settings, *, tell: Callable[[str], None]
) -> None:
    """Raises `UserError` when the rights of the role that deploys are not current.

    Whoever else deploys has rights that bootstrap did not give, and is told.
    """
    try:
        try:
            reason = outdated(session.client("cloudformation"), settings)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _DENIED:
                raise
            # Roles of an older version may not even look.
            reason = "given by an older version of Terrace" if _deploys(session, settings) else ""
        if not reason:
            return
        line = (
            f"the rights of {settings.naming.name('deploy')} are not current ({reason}): run "
            f"`python -m automation bootstrap --env {settings.environment}`"
        )
        if _deploys(session, settings):
            raise UserError(f"{line}; nothing changed")
    except (BotoCoreError, ClientError) as error:
        raise CommandError(explain(error)) from error
    tell(line)


def _deploys(session: boto3.Session, settings: Settings) -> bool:
    """Whether the credentials are those of the role that deploys."""
    arn = session.client("sts").get_caller_identity()["Arn"]
    return f":assumed-role/{settings.naming.name('deploy')}/" in arn


def delete_stack(
    session: boto3.Session,
    settings: Settings,
    *,
    confirm: Callable[[], bool] = lambda: True,
    tell: Callable[[Event], None] = lambda _: None,
    pause: float = PAUSE,
) -> BootstrapOutcome:
    """Delete the stack of an environment; raises `UserError` while a state holds anything."""
    stack = BootstrapStack(session, settings.naming, pause=pause)
    follower = Follower(stack, tell=tell, pause=pause)
    state = at_rest(stack, follower)
    if state is None:
        return BootstrapOutcome("absent", None)
    _refuse_states(session, settings)
    if not confirm():
        return BootstrapOutcome("declined", state)
    delete(stack, follower, state)
    return BootstrapOutcome("deleted", None)


def _refuse_states(session: boto3.Session, settings: Settings) -> None:
    if not Account(session, settings.naming).has_bucket(PURPOSE):
        return
    states = States(session, settings)
    held = [each.stack for each in states.each(()) if each.resources or each.lock]
    if held:
        raise UserError(
            f"{states.bucket} holds the states of {', '.join(held)}: run "
            f"`python -m automation destroy --env {settings.environment}` first; nothing changed"
        )
