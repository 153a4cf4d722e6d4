"""What the commands have in common."""

from typing import Annotated

import typer
from rich.console import Console

from config import chosen

DEFAULT = chosen()
CONSOLE = Console()
PROGRESS = Console(stderr=True)

Environment = Annotated[str, typer.Option("--env", help="a file of environments/, without .toml")]
Environments = Annotated[list[str], typer.Option("--env", help='may be given again; "all": each')]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Tiers = Annotated[list[str], typer.Argument(help="tiers that are meant; all if none is named")]
Yes = Annotated[bool, typer.Option("--yes", help="make changes without asking")]
