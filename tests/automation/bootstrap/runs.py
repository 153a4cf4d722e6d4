"""Runs of bootstrap, as quick as the emulator is."""

from collections.abc import Sequence
from typing import Any

import boto3

from automation.bootstrap import BootstrapOutcome, account, create_or_update
from automation.bootstrap.stack import TEMPLATE
from config import Settings

PAUSE = 0.01


def run(session: boto3.Session, settings: Settings, **options: Any) -> BootstrapOutcome:
    return create_or_update(session, settings, pause=PAUSE, **options)


def main_of(repository: str = "acme/shop", *branches: str) -> account.GitHub:
    found = account.parse(
        repository, branches=branches or ("main",), environments=(), default="dev"
    )
    assert found is not None
    return found


def name(settings: Settings) -> str:
    return settings.naming.name("bootstrap")


def begin(session: boto3.Session, settings: Settings, *, wait: bool = True) -> str:
    """Somebody else creates the stack, with AWS's own call."""
    client = session.client("cloudformation")
    answer = client.create_stack(
        StackName=name(settings),
        TemplateBody=TEMPLATE.read_text(),
        Parameters=parameters(settings),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        EnableTerminationProtection=True,
    )
    if wait:
        client.describe_stacks(StackName=name(settings))
    return answer["StackId"]


def parameters(settings: Settings, **others: str) -> Any:
    values = {"Prefix": settings.naming.prefix, "AccessLogDays": "30", **others}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def take(session: boto3.Session, settings: Settings, purpose: str = "tfstate-logs") -> str:
    """A bucket that stands in the way."""
    bucket = settings.naming.bucket(purpose)
    location: Any = {"LocationConstraint": settings.region}
    session.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    return bucket


def statuses(events: Sequence[Any]) -> list[str]:
    return [event.status for event in events]
