"""What the platform tells the application: the contract is in README.md."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path


class ContractError(Exception):
    """The environment cannot be used; the message has a line for each fault."""


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where the database listens, and how it proves that it is the right one."""

    host: str
    port: int
    name: str
    # Absent only for a server on this machine, the one place where nobody listens in.
    tls_ca: Path | None


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything that differs from one deployment to the next."""

    port: int
    database: DatabaseAddress
    secret_arn: str
    region: str
    assets_base_url: str = ""
    version: str = "development"
    host: str = "0.0.0.0"  # noqa: S104 (the instance's security group decides who may connect)
    workers: int = 1
    # How long to serve on after SIGTERM, so that whoever sends requests learns to stop.
    drain_seconds: float = 5


def read(environ: Mapping[str, str]) -> Environment:
    """The environment, checked; raises `ContractError` with all its faults."""
    reader = _Reader(environ)
    environment = Environment(
        port=int(reader.number("PORT", highest=65535)),
        database=_database(reader),
        secret_arn=reader.text("DB_SECRET_ARN"),
        region=reader.text("AWS_REGION"),
        assets_base_url=reader.text("ASSETS_BASE_URL", "").rstrip("/"),
        version=reader.text("APP_VERSION", "development"),
        host=reader.text("HOST", "0.0.0.0"),  # noqa: S104
        workers=int(reader.number("WEB_CONCURRENCY", len(os.sched_getaffinity(0)), highest=64)),
        drain_seconds=reader.number("DRAIN_SECONDS", 5, lowest=0, highest=300),
    )
    if reader.faults:
        raise ContractError("\n".join(reader.faults))
    return environment


def _database(reader: "_Reader") -> DatabaseAddress:
    host, authority = reader.text("DB_HOST"), reader.text("DB_TLS_CA", "")
    if authority and not Path(authority).is_file():
        reader.faults.append(f"DB_TLS_CA: received {authority}; name a file of certificates")
    if host and not authority and not _is_loopback(host):
        reader.faults.append(f"DB_TLS_CA: absent; name a file of certificates to trust for {host}")
    return DatabaseAddress(
        host=host,
        port=int(reader.number("DB_PORT", 3306, highest=65535)),
        name=reader.text("DB_NAME"),
        tls_ca=Path(authority) if authority else None,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class _Reader:
    """Reads variables, and goes on after a fault so that all are told together."""

    environ: Mapping[str, str]
    faults: list[str] = field(default_factory=list)

    def text(self, name: str, default: str | None = None) -> str:
        """The value; an empty one counts as absent."""
        value = self.environ.get(name) or default
        if value is None:
            self.faults.append(f"{name}: absent; set it")
            return ""
        return value

    def number(
        self, name: str, default: float | None = None, *, lowest: float = 1, highest: float
    ) -> float:
        """The value as a number between two bounds."""
        text = self.text(name, None if default is None else str(default))
        try:
            number = float(text)
        except ValueError:
            number = lowest - 1
        if text and not lowest <= number <= highest:
            self.faults.append(f"{name}: received {text}; give a number, {lowest} to {highest}")
        return number
