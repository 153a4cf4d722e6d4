"""`status`, apart from how it is typed."""

import json
from collections.abc import Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from automation.aws import connect, explain
from automation.checks.clients import Clients
from automation.commands import settings_of
from automation.errors import CommandError
from automation.status import release
from automation.status.report import Status
from automation.status.states import States
from automation.tiers import Synthesize, outline, stacks_of
from config import Settings


def status(
    environment: str,
    *,
    as_json: bool,
    console: Console,
    progress: Console,
    synthesize: Synthesize = outline,
) -> int:
    """Show what is deployed; the exit code is 0, whatever that is.

    Only reads, and only through boto3. Raises `UserError` for what the user can mend.
    """
    settings = settings_of(environment)
    try:
        session = connect(settings)
        States(Clients(session, settings.region), settings).check_bucket()
        with progress.status(f"Synthesizing {environment}"):
            tiers = [stack.name for stack in stacks_of(environment, synthesize)]
        with progress.status(f"Reading the states of {environment}"):
            found = look(session, settings, tiers)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(explain(error)) from error
    if as_json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        found.print(console)
    return 0


def look(session: boto3.Session, settings: Settings, tiers: Sequence[str]) -> Status:
    """What is deployed of an environment's tiers, and of those that it had."""
    clients = Clients(session, settings.region)
    states = States(clients, settings)
    return Status(
        settings=settings,
        bucket=states.bucket,
        stacks=tuple(states.each(tiers)),
        release=release.find(clients, settings),
    )
