import ssl
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest

from automation.aws.clients import Clients
from automation.checks import Check, Finding, run
from automation.emulator import Emulator
from automation.rehearse.account import session as session_in
from config import Settings, load

Look = Callable[..., dict[str, Finding]]


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as emulator:
        yield emulator


@pytest.fixture
def emulator(started: Emulator) -> Emulator:
    """An empty account for each test, since quotas count all that is in it."""
    proxy = urllib.request.ProxyHandler({"https": started.url})
    trust = ssl.create_default_context(cafile=str(started.bundle))
    opener = urllib.request.build_opener(proxy, urllib.request.HTTPSHandler(context=trust))
    opener.open("https://motoapi.amazonaws.com/moto-api/reset", data=b"").close()
    # moto empties its own services alone, and CloudFormation is ours.
    stacks = started.client("cloudformation")
    for stack in stacks.describe_stacks()["Stacks"]:
        name = stack["StackId"]
        stacks.update_termination_protection(EnableTerminationProtection=False, StackName=name)
        stacks.delete_stack(StackName=name)
    return started


@pytest.fixture(scope="session")
def session(started: Emulator) -> boto3.Session:
    return session_in(started)


@pytest.fixture(scope="session")
def all_clients(session: boto3.Session) -> Clients:
    return Clients(session, "us-west-2")


@pytest.fixture
def clients(all_clients: Clients, emulator: Emulator) -> Clients:
    assert emulator.alive
    return all_clients


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load("dev")


@pytest.fixture
def look(clients: Clients, settings: Settings) -> Look:
    """What checks find, by what they look at."""

    def found(checks: Mapping[str, Check], changed: Settings | None = None) -> dict[str, Finding]:
        findings = run("it", clients, changed or settings, checks)
        return {finding.what: finding for finding in findings}

    return found


def change(settings: Settings, section: str | None = None, **values: Any) -> Settings:
    """The settings with other values in one section, or at the top."""
    if section is None:
        return settings.model_copy(update=values)
    changed = getattr(settings, section).model_copy(update=values)
    return settings.model_copy(update={section: changed})
