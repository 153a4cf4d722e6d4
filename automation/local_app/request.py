"""What is asked of the local application."""

from dataclasses import dataclass
from pathlib import Path

from automation.synthesis import PROJECT


@dataclass(frozen=True, kw_only=True)
class Request:
    """A folder with a Procfile, and where it is to listen."""

    folder: Path
    port: int = 8080
    # None: a MariaDB of its own.
    database_url: str | None = None
    workspace: Path = PROJECT / ".terrace" / "app"
