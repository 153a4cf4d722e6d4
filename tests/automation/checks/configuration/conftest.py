"""An empty account in memory, and the settings of the reference environment."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from automation.aws.clients import Clients
from config import Settings, load
from tests.automation.checks.configuration.account import Account


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load("prod")


@pytest.fixture(scope="session")
def session(settings: Settings) -> boto3.Session:
    """One for all tests, since reading the services' models takes most of the time."""
    return boto3.Session(
        region_name=settings.region, aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture(autouse=True)
def empty_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Machine images, which nothing here needs, would take a second for each test.
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield


@pytest.fixture(scope="session")
def clients(session: boto3.Session, settings: Settings) -> Clients:
    return Clients(session, settings.region)


@pytest.fixture
def account(clients: Clients, settings: Settings) -> Account:
    return Account(clients, settings)
