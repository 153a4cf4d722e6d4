import asyncio
import json
import os
from uuid import uuid4

import pytest
from guestbook.credentials import Credentials, CredentialsError, Login, SecretsManager

from automation.emulator import Emulator

OLD, NEW = Login("app", "old"), Login("app", "new")


@pytest.fixture
def environ(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in emulator.isolate(os.environ).items():
        monkeypatch.setenv(name, value)


def secret(emulator: Emulator, value: str) -> str:
    made = emulator.client("secretsmanager").create_secret(Name=uuid4().hex, SecretString=value)
    return str(made["ARN"])


def reader(secret_arn: str) -> SecretsManager:
    return SecretsManager(secret_arn=secret_arn, region="us-west-2")


def candidates(credentials: Credentials) -> list[Login]:
    async def gather() -> list[Login]:
        return [login async for login in credentials.candidates()]

    return asyncio.run(gather())


@pytest.mark.usefixtures("environ")
def test_a_stage_has_a_login_or_none(emulator: Emulator) -> None:
    read = reader(secret(emulator, json.dumps({"username": "app", "password": "old", "port": 1})))
    assert read("AWSCURRENT") == OLD
    assert read("AWSPENDING") is None


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize("value", ["hunter2", "[]", '{"username": "hunter2"}', '"hunter2"'])
def test_what_is_no_login_is_told_without_what_it_is(emulator: Emulator, value: str) -> None:
    arn = secret(emulator, value)
    with pytest.raises(CredentialsError) as error:
        reader(arn)("AWSCURRENT")
    assert str(error.value) == (f"{arn} (AWSCURRENT) is no JSON object with username and password")
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


@pytest.mark.usefixtures("environ")
def test_no_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(CredentialsError, match="Failed to connect to proxy URL"):
        reader("arn:aws:secretsmanager:us-west-2:123456789012:secret:absent")("AWSCURRENT")


def test_what_worked_comes_first_and_nothing_twice() -> None:
    stages = {"AWSCURRENT": OLD, "AWSPENDING": NEW}
    credentials = Credentials(stages.get)
    assert candidates(credentials) == [OLD, NEW]
    credentials.accepted = NEW
    assert candidates(credentials) == [NEW, OLD]


def test_the_secret_is_asked_for_only_so_often() -> None:
    asked: list[str] = []

    def fetch(stage: str) -> Login | None:
        asked.append(stage)
        return None

    credentials = Credentials(fetch)
    assert [candidates(credentials) for _ in range(9)] == [[]] * 9
    assert asked == ["AWSCURRENT", "AWSPENDING"]


def test_a_login_does_not_show_its_password() -> None:
    assert repr(OLD) == "Login(user='app')"
