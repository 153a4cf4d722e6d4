"""What the user asked `bootstrap` for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """The options of the command."""

    environment: str
    yes: bool = False
    status: bool = False
    delete: bool = False
    as_json: bool = False
    github: str | None = None
    branches: tuple[str, ...] = ()
    github_environments: tuple[str, ...] = ()
