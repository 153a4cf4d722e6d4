import itertools
from collections.abc import Callable, Iterator, Mapping

import boto3
import pytest

from automation.aws.clients import Clients
from automation.checks import Check, Finding, run
from automation.emulator import Emulator
from automation.rehearse.account import session as session_in
from config import Settings, load
from tests.automation.checks.health.site import Site

Look = Callable[[Mapping[str, Check]], dict[str, Finding]]

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


@pytest.fixture(scope="session")
def session(emulator: Emulator) -> boto3.Session:
    return session_in(emulator)


@pytest.fixture(scope="session")
def clients(session: boto3.Session) -> Clients:
    return Clients(session, "us-west-2")


@pytest.fixture
def settings() -> Settings:
    """An environment of its own for each test: everything is found by its name."""
    number = next(_numbers)
    changes = {"app_id": f"app{number}", "domain": f"app{number}.example.com"}
    return load("dev").model_copy(update=changes)


@pytest.fixture
def site(emulator: Emulator, settings: Settings) -> Site:
    return Site(emulator, settings)


@pytest.fixture
def look(clients: Clients, settings: Settings) -> Look:
    """What checks find, by what they look at."""

    def found(checks: Mapping[str, Check]) -> dict[str, Finding]:
        return {finding.what: finding for finding in run("it", clients, settings, checks)}

    return found


def sound(findings: Mapping[str, Finding]) -> dict[str, str]:
    """The details of what holds without a warning, by what it is."""
    return {
        what: finding.detail
        for what, finding in findings.items()
        if finding.ok and not finding.warning
    }
