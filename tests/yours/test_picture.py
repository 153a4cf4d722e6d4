"""The README's picture: of one of the user's environments, or still of the tests' production."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.diagram import draw
from automation.diagram.command import COMMITTED
from automation.terraform.stacks import read
from tests.yours.environments import valid


def test_the_committed_picture_is_up_to_date(
    output_of: Callable[[str], Path], your_output_of: Callable[[str], Path]
) -> None:
    committed = COMMITTED.read_bytes()
    if committed == draw(read(output_of("prod"))).encode():
        return
    if not any(committed == draw(read(your_output_of(name))).encode() for name in valid()):
        pytest.fail(
            f"{COMMITTED.name} is of none of these environments as they are now: `make diagram` "
            "draws it anew",
            pytrace=False,
        )
