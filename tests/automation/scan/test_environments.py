"""No environment has anything that a scanner has something against, and nobody has agreed to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.scan.command import examine
from automation.scan.document import merge
from automation.scan.exceptions import load
from automation.synthesis import read
from tests.conftest import ENVIRONMENTS, OPTIONS


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_every_failed_check_has_a_reviewed_reason(output_of: Callable[[str], Path]) -> None:
    report = examine({name: output_of(name) for name in (*ENVIRONMENTS, OPTIONS)})
    assert report.failures == ()
    assert [str(each) for each in report.unused] == []
    assert report.found


def test_what_only_tests_have_is_exempted_for_tests_only(
    output_of: Callable[[str], Path],
) -> None:
    """The command looks at the committed environments, and is to find no exemption unused."""
    documents = [merge(name, read(output_of(name))) for name in ENVIRONMENTS]
    present = {path for document in documents for path in document.paths.values()}
    everywhere = [each for each in load() if not each.environments]
    assert {path for each in everywhere for path in each.resources} <= present
