"""What tests of the examples share; those of an example that was deleted are left out."""

import sys
from collections.abc import Iterator

import pytest

from automation.emulator import Emulator
from tests.processes import PROJECT

_SAMPLE = PROJECT / "examples" / "guestbook"

collect_ignore = []
if (_SAMPLE / "guestbook").is_dir():
    sys.path.append(str(_SAMPLE))
else:
    collect_ignore.append("guestbook")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started
