"""What the platform promises an application, kept on this machine."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from automation.emulator import Emulator
from automation.local_app.access import Access

ACCOUNT, REGION = "123456789012", "us-west-2"
_SECRET = "local-database"  # noqa: S105 (a name)


def store_secret(emulator: Emulator, access: Access, name: str = _SECRET) -> str:
    """Put the login where the application looks for it; the secret's ARN."""
    login = json.dumps({"username": access.user, "password": access.password})
    client = emulator.client("secretsmanager")
    made = client.create_secret(Name=name, SecretString=login)
    return str(made["ARN"])


def environment(
    emulator: Emulator, access: Access, *, secret_arn: str, port: int
) -> Mapping[str, str]:
    """The environment of the application's processes; there is no secret in it."""
    inherited = emulator.isolate(os.environ)
    programs = Path(sys.executable).parent
    return {
        **inherited,
        # A collector for OpenTelemetry is on this machine, too.
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
        "PATH": os.pathsep.join((str(programs), inherited.get("PATH", os.defpath))),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DB_HOST": access.host,
        "DB_PORT": str(access.port),
        "DB_NAME": access.name,
        "DB_SECRET_ARN": secret_arn,
        "DB_TLS_CA": str(access.tls_ca or ""),
        "ASSETS_BASE_URL": "",
        "APP_VERSION": "local",
        "DRAIN_SECONDS": "0",
    }


def shell(command: str) -> Sequence[str]:
    """How a line of the Procfile is run, here as on an instance."""
    return ["/bin/bash", "-c", command]
