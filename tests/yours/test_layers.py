"""The shipped workflow deploys the user's environments in one run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_workflows import hold_layers
from tests.yours.environments import valid


@pytest.mark.parametrize("name", sorted(valid()))
def test_there_are_layers_enough_for_a_first_deployment(
    name: str, your_output_of: Callable[[str], Path]
) -> None:
    hold_layers(your_output_of(name))
