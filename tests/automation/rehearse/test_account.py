import json
import re
from typing import Any, cast

import pytest

from automation.emulator import Emulator
from automation.rehearse.account import session, terraform_environment
from tests.conftest import Tiers


@pytest.fixture
def emulator() -> Emulator:
    """One that does not run: only its address counts."""
    return Emulator(account_id="123456789012", region="us-west-2", port=4566)


def test_terraform_gets_none_of_the_users_own_choices(emulator: Emulator) -> None:
    environ = {
        "PATH": "/bin",
        "AWS_PROFILE": "mine",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "https_proxy": "http://proxy:3128",
        "TF_CLI_ARGS_plan": "-target=aws_vpc.vpc",
        "TF_WORKSPACE": "mine",
        "TF_CLI_CONFIG_FILE": "/etc/terraform.rc",
    }
    adapted = terraform_environment(emulator, environ)
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "TF_CLI_ARGS_plan", "TF_WORKSPACE"} & set(
        adapted
    )
    assert adapted["PATH"] == "/bin"
    assert adapted["TF_CLI_CONFIG_FILE"] == "/etc/terraform.rc"
    assert adapted["HTTPS_PROXY"] == adapted["https_proxy"] == "http://127.0.0.1:4566"


def test_checks_talk_to_the_emulator_whatever_the_user_has(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere")
    client = cast(Any, session(emulator).client("s3"))
    assert client.meta.config.proxies == {
        "https": "http://127.0.0.1:4566",
        "http": "http://127.0.0.1:4566",
    }
    assert client.meta.endpoint_url == "https://s3.us-west-2.amazonaws.com"
    assert client._request_signer._credentials.access_key == "rehearsal"


def test_nothing_that_is_synthesized_knows_of_the_emulator(platform: Tiers) -> None:
    for name, stack in platform.items():
        assert not re.search(r"moto|emulat|rehears|localstack", stack.text, re.IGNORECASE), name
        for provider in stack.parsed["provider"]["aws"]:
            allowed = {"alias", "allowed_account_ids", "default_tags", "region"}
            assert set(provider) <= allowed, name
        backend = json.dumps(stack.parsed["terraform"]["backend"])
        assert not re.search(r"endpoint|skip_|access_key|secret|path_style", backend), name
