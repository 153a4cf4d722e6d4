"""`status`, apart from how it is typed."""

import json

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
from config import Settings


def status(environment: str, *, as_json: bool, console: Console, progress: Console) -> int:
    """Show what is deployed; the exit code is 0, whatever that is.

    Only reads, and only through boto3. Raises `UserError` for what the user can mend.
    """
    settings = settings_of(environment)
    with progress.status(f"Reading the states of {environment}"):
        try:
            found = look(connect(settings), settings)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(explain(error)) from error
    if as_json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        found.print(console)
    return 0


def look(session: boto3.Session, settings: Settings) -> Status:
    """What is deployed of an environment."""
    clients = Clients(session, settings.region)
    states = States(clients, settings)
    states.check_bucket()
    return Status(
        settings=settings,
        bucket=states.bucket,
        stacks=tuple(states.each()),
        release=release.find(clients, settings),
    )
