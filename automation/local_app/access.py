"""How the application gets into its database."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Access:
    """A database, a user of it, and whom to trust."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    # None where the connection needs no TLS, as it stays on this machine.
    tls_ca: Path | None
