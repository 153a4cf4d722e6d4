"""The commands with their options, as the command line gives them to who runs them."""

from collections.abc import Mapping
from typing import Any

from typer.main import get_command

from automation.__main__ import cli

_GROUP: Any = get_command(cli)
_CONTEXT = _GROUP.make_context("terrace", [], resilient_parsing=True)
COMMANDS: Mapping[str, Any] = {
    name: _GROUP.resolve_command(_CONTEXT, [name])[1] for name in _GROUP.commands
}
OPTIONS: Mapping[str, frozenset[str]] = {
    name: frozenset(option for each in command.params for option in each.opts)
    for name, command in COMMANDS.items()
}
