"""The environment of the application's processes, with its variables and its secrets."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from automation import PROJECT
from automation.app.database import Access
from automation.emulator import Emulator
from automation.errors import UserError
from automation.programs import for_git
from config.faults import Fault
from config.toml_file import read

# Nothing here is made: `make clean` leaves it alone.
SECRETS = PROJECT / ".secrets"
_KEY = "application.app.secrets"
_DATABASE = "local-database"
# What leads to another environment than the application's own.
_FOREIGN = ("DATABASE_URL", "PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "VIRTUAL_ENV")


def store_secret(emulator: Emulator, access: Access, name: str = _DATABASE) -> str:
    """Put the login where the application looks for it; the secret's ARN."""
    login = json.dumps({"username": access.user, "password": access.password})
    client = emulator.client("secretsmanager")
    made = client.create_secret(Name=name, SecretString=login)
    return str(made["ARN"])


def environment(
    emulator: Emulator,
    access: Access,
    *,
    secret_arn: str,
    port: int,
    programs: Sequence[Path] = (),
    given: Mapping[str, str] | None = None,
) -> Mapping[str, str]:
    """The environment of the application's processes, whose programs are first in `programs`.

    `given` are its own variables and secrets; the database's password is not among them.
    """
    inherited = {
        name: value for name, value in emulator.isolate(os.environ).items() if name not in _FOREIGN
    }
    return {
        **inherited,
        # A collector for OpenTelemetry is on this machine, too.
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
        "HOST": "127.0.0.1",
        "DRAIN_SECONDS": "0",
        **(given or {}),
        "PATH": os.pathsep.join((*map(str, programs), *machine_path())),
        "PORT": str(port),
        "DB_HOST": access.host,
        "DB_PORT": str(access.port),
        "DB_NAME": access.name,
        "DB_SECRET_ARN": secret_arn,
        "DB_TLS_CA": str(access.tls_ca or ""),
        "ASSETS_BASE_URL": "",
        "APP_VERSION": "local",
    }


def machine_path() -> list[str]:
    """Where programs are looked for, but for those that are Terrace's own."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if sys.prefix == sys.base_prefix:
        return folders
    own = (Path(sys.prefix) / "bin").resolve()
    return [each for each in folders if each and Path(each).resolve() != own]


def secrets_of(
    environment: str,
    names: Sequence[str],
    *,
    tell: Callable[[str], None],
    folder: Path = SECRETS,
) -> Mapping[str, str]:
    """The values of an environment's secrets, from a file that git ignores.

    Raises `UserError` for a file that is missing or incomplete, or that git would take.
    """
    if not names:
        return {}
    file = folder / f"{environment}.toml"
    if not file.exists():
        raise UserError(
            f"{file} is missing, which git ignores: write it with a line for each of {_KEY}, as "
            f'{names[0]} = "…": {", ".join(names)}'
        )
    _refuse_tracked(file)
    values = read(file)
    if isinstance(values, Fault):
        raise UserError(f"{file}: {values.received}: {values.remedy}")
    if faults := list(_faults(values, names)):
        raise UserError("\n".join(f"{file}: {each}" for each in faults))
    if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        tell(f"{file} can be read by others on this machine: chmod 600 {file}")
    return {name: values[name] for name in names}


def _faults(values: Mapping[str, object], names: Sequence[str]) -> Iterator[str]:
    if missing := [name for name in names if name not in values]:
        yield f"{', '.join(missing)} of {_KEY} is missing: add it"
    if unknown := sorted(values.keys() - set(names)):
        yield f"{', '.join(unknown)} is none of {_KEY}: remove it, or add it there"
    for name in names:
        if name in values and not isinstance(values[name], str):
            yield f'{name} is no text: write it in quotes, as {name} = "…"'


def _refuse_tracked(file: Path) -> None:
    try:
        asked = subprocess.run(  # noqa: S603
            ["git", "check-ignore", "--quiet", file.name],  # noqa: S607
            cwd=file.parent,
            env=for_git(),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return
    # What is in no repository is 128.
    if asked.returncode == 1:
        raise UserError(
            f"{file} is not ignored by git: add /{file.parent.name}/ to .gitignore, and take the "
            "file out of the index"
        )
