import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.storage import PURPOSES, check_security
from config import Settings
from tests.automation.checks.configuration.account import Account, failed


@pytest.fixture
def keys(account: Account, clients: Clients, settings: Settings) -> dict[str, str]:
    Account(clients.in_us_east_1, settings).key("global-logs")
    return {purpose: account.key(purpose) for purpose in PURPOSES}


@pytest.mark.usefixtures("keys")
def test_sound_keys_pass(clients: Clients, settings: Settings) -> None:
    assert failed(check_security(clients, settings)) == set()


def test_a_key_that_does_not_rotate_fails(
    keys: dict[str, str], clients: Clients, settings: Settings
) -> None:
    clients.kms.disable_key_rotation(KeyId=keys["data"])
    assert failed(check_security(clients, settings)) == {"data key: rotates"}


def test_a_key_that_is_to_be_deleted_fails(
    keys: dict[str, str], clients: Clients, settings: Settings
) -> None:
    clients.kms.schedule_key_deletion(KeyId=keys["storage"].rsplit("/")[-1])
    assert "storage key: state" in failed(check_security(clients, settings))


def test_a_missing_alias_fails(keys: dict[str, str], clients: Clients, settings: Settings) -> None:
    assert keys
    clients.kms.delete_alias(AliasName=f"alias/{settings.naming.name('logs')}")
    assert failed(check_security(clients, settings)) == {"logs key"}
