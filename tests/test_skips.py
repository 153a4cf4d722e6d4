import sys
from pathlib import Path

import pytest

from tests.processes import PROJECT, run

SKIPPED = "import pytest\n\ndef test_it(): pytest.skip('no Terraform')\n"


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 failed")])
def test_a_skip_is_a_failure_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "conftest.py").write_text("from tests.skips import pytest_runtest_makereport\n")
    (tmp_path / "test_it.py").write_text(SKIPPED)
    finished = run(
        sys.executable, "-m", "pytest", "-q", folder=tmp_path, CI=ci, PYTHONPATH=str(PROJECT)
    )
    assert outcome in finished.stdout
    assert "no Terraform" in finished.stdout or not ci
