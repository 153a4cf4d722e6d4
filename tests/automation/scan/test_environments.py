"""No environment has anything that a scanner has something against, and nobody has agreed to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.scan import exceptions
from automation.scan.command import examine
from config import load
from tests.conftest import ENVIRONMENTS, OPTIONS


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_every_failed_check_has_a_reviewed_reason(output_of: Callable[[str], Path]) -> None:
    """By the list that Terrace comes with, each of whose entries is needed here."""
    names = (*ENVIRONMENTS, OPTIONS)
    report = examine(
        {name: output_of(name) for name in names},
        {name: load(name) for name in names},
        users=exceptions.load(exceptions.OWN),
    )
    assert report.failures == ()
    assert [str(each) for each in report.unused] == []
    assert report.found


def test_what_comes_with_terrace_names_no_environment() -> None:
    """Their names are the user's to choose; what settings say is for `when`."""
    assert [each for each in exceptions.load(exceptions.OWN) if each.environments] == []
