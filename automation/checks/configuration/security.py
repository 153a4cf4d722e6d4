"""Checks of the security tier: the KMS keys."""

from collections.abc import Iterator
from functools import partial

from automation.aws.clients import Clients
from automation.checks import Claim, Finding, equal, run
from config import Settings

PURPOSES = ("data", "backup", "storage", "logs")
GLOBAL_PURPOSES = ("global-logs",)


def check_security(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Every key is there under its alias, in use, ours, and rotates."""
    checks = {
        f"{purpose} key": partial(key, purpose=purpose) for purpose in (*PURPOSES, *GLOBAL_PURPOSES)
    }
    return run("security", clients, settings, checks)


def key(clients: Clients, settings: Settings, *, purpose: str) -> Iterator[Claim]:
    """Claims about the key behind a purpose's alias."""
    kms = (clients.in_us_east_1 if purpose in GLOBAL_PURPOSES else clients).kms
    alias = f"alias/{settings.naming.name(purpose)}"
    found = kms.describe_key(KeyId=alias)["KeyMetadata"]
    yield equal("state", found.get("KeyState"), "Enabled")
    yield equal("managed by", found.get("KeyManager"), "CUSTOMER")
    rotation = kms.get_key_rotation_status(KeyId=found["KeyId"])
    yield equal("rotates", rotation["KeyRotationEnabled"], True)
