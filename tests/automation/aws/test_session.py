import os
import socket
import time
from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from automation import aws as aws_session
from automation.emulator import Emulator
from automation.errors import UserError
from config import Settings, load
from tests.automation import hostile
from tests.automation.accounts import Account

REMEDIED = {
    "AWS_ENDPOINT_URL": 'AWS_ENDPOINT_URL: received "bogus"; unset it, or give an address such as',
    "AWS_ENDPOINT_URL_S3": 'AWS_ENDPOINT_URL_S3: received "bogus"; unset it, or give an address',
    "AWS_PROFILE": "no AWS credentials: set AWS_PROFILE, or run",
    "AWS_MAX_ATTEMPTS": "the AWS_* variables or AWS's configuration file: ",
}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load("dev")


@pytest.fixture(scope="module")
def account(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("aws")
    with Emulator(
        account_id=settings.account_id, region=settings.region, workspace=folder
    ) as emulator:
        yield Account(emulator, settings, folder)


@pytest.mark.parametrize("name", sorted(hostile.AWS))
def test_whatever_the_user_has_is_heeded_or_refused_in_one_line(
    name: str, account: Account, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.enter(monkeypatch)
    monkeypatch.delenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    # Attempts at what is not there need not be waited for.
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv(name, hostile.AWS[name])
    said = answer(settings)
    assert "\n" not in said
    assert said.startswith(REMEDIED.get(name, ""))


def answer(settings: Settings) -> str:
    """What a command would print."""
    try:
        return str(aws_session.connect(settings).region_name)
    except UserError as error:
        return str(error)


class Silence:
    """An endpoint that accepts connections, and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[Silence]:
    for name in os.environ:
        if name.startswith("AWS_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    endpoint = Silence()
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    yield endpoint
    endpoint.close()


def test_silence_is_borne_for_less_than_half_a_minute() -> None:
    longest = aws_session._TIMEOUTS.read_timeout + aws_session._TIMEOUTS.connect_timeout  # type: ignore[attr-defined]
    assert 15 <= aws_session._SILENCES * longest <= 35


@pytest.mark.parametrize("attempts", [1, 10])
def test_an_endpoint_that_never_answers_is_named_however_patient_a_client_is(
    attempts: int, silence: Silence, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_session, "_TIMEOUTS", Config(connect_timeout=1, read_timeout=0.2))
    session = boto3.Session(botocore_session=aws_session._impatient(), region_name=settings.region)
    client = session.client(
        "s3",
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )
    start = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        client.list_buckets()
    assert time.monotonic() - start < 10
    with pytest.raises(UserError) as refusal:
        aws_session.connect(settings)
    assert str(refusal.value).startswith("AWS does not answer: check the network")
    assert silence.url in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("value", ["bogus", "localhost:4566", "http://"])
def test_an_endpoint_that_is_to_be_ignored_may_be_anything(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", value)
    with pytest.raises(UserError, match='AWS_ENDPOINT_URL_RDS: received "'):
        aws_session._refuse_endpoints()
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    aws_session._refuse_endpoints()
