"""Terraform and the AWS provider accept the user's environments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.terraform.stacks import read
from tests.automation.synth.test_validation import validator
from tests.yours.environments import foreign


@pytest.mark.terraform
@pytest.mark.slow
def test_terraform_accepts_every_stack(
    your_output_of: Callable[[str], Path], subtests: pytest.Subtests
) -> None:
    """Those equal to the tests' own are validated there."""
    for name in foreign():
        with subtests.test(name):
            stacks = read(your_output_of(name))
            verdicts = list(validator(stacks).each(stacks, f"yours-{name}"))
            assert {verdict.stack.name: verdict.complaints for verdict in verdicts} == {
                each.name: () for each in stacks
            }
