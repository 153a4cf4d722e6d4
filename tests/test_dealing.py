"""Several tests at a time, as xdist deals them."""

import re
import sys

import hypothesis
import pytest

from tests import dealing
from tests.processes import PROJECT, run


def test_no_property_fails_by_the_clock() -> None:
    """It failed on a busy machine, after 0.3 seconds in the place of 0.02."""
    assert hypothesis.settings().deadline is None


CONFTEST = """
from tests import dealing
from tests.dealing import pytest_collection_modifyitems, pytest_configure

dealing.FIRST = ("test_long.py", "test_next.py")
dealing.APART = ("test_long.py",)
dealing.PATIENCE, dealing._LOOK = 0.4, 0.1
"""
LONG = """
import time

def test_one(): time.sleep(3)
def test_two(): time.sleep(3)
"""
SHORT = "def test_it(): pass\n"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run of two workers prints."""
    folder = tmp_path_factory.mktemp("dealt")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_long.py").write_text(LONG)
    for name in ("a", "b", "next"):
        (folder / f"test_{name}.py").write_text(SHORT)
    finished = run(
        sys.executable, "-m", "pytest", "-v", "-n", "2", folder=folder, PYTHONPATH=str(PROJECT)
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_what_takes_longest_is_dealt_first_and_apart(said: str) -> None:
    passed = re.findall(r"\[(gw\d)\].* PASSED (\S+)", said)
    workers = {name: worker for worker, name in passed}
    assert workers["test_long.py::test_one"] != workers["test_long.py::test_two"]
    started = re.findall(r"^(test_\w+\.py::\w+) $", said, flags=re.MULTILINE)
    assert {*started[:2]} == {"test_long.py::test_one", "test_long.py::test_two"}


def test_a_long_test_does_not_look_like_a_stop(said: str) -> None:
    (first, *_) = re.findall(r"\[still running: (.*)\]", said)
    assert re.fullmatch(r"test_\w+ for \d s, test_\w+ for \d s", first)


def test_the_order_names_tests_that_there_are() -> None:
    for each in dealing.FIRST:
        file, _, test = each.partition("::")
        assert f"def {test}" in (PROJECT / file).read_text(encoding="utf-8")
    assert {*dealing.APART} <= {*dealing.FIRST}
