"""No scanner has anything against the user's environments that nobody has agreed to."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation.scan import command, exceptions
from automation.scan.command import examine
from tests.automation.scan.conftest import installed  # noqa: F401
from tests.yours.environments import foreign, valid


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_every_failed_check_has_a_reviewed_reason(your_output_of: Callable[[str], Path]) -> None:
    """Those equal to the tests' own are scanned there, if there are no further exceptions."""
    users = exceptions.load()
    environments = valid() if users else foreign()
    if not environments:
        return
    outputs = {name: your_output_of(name) for name in environments}
    own = exceptions.load(exceptions.OWN)
    found = examine(outputs, environments, own=own, users=users)
    if not found.ok:
        shown = StringIO()
        command.show(found, Console(file=shown, width=120))
        pytest.fail(f"make scan:\n{shown.getvalue()}", pytrace=False)
