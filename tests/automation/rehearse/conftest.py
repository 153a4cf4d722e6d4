from pathlib import Path

import pytest

from automation import PROJECT
from tests.automation.rehearse.program import Program, Start


@pytest.fixture
def rehearse(tmp_path: Path) -> Start:
    # The provider need not be downloaded again for each test.
    shared, workspace = PROJECT / ".terrace", tmp_path / "workspace"
    (shared / "providers").mkdir(parents=True, exist_ok=True)
    (shared / "providers.lock").touch()
    workspace.mkdir()
    for name in ("providers", "providers.lock"):
        (workspace / name).symlink_to(shared / name)
    return lambda *arguments: Program(tmp_path, arguments)
