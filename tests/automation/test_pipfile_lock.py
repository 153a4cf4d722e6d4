import json
import sys
from pathlib import Path

from automation import locks
from tests.processes import PROJECT, run


def test_the_index_is_taken_out_and_the_pins_stay() -> None:
    package = {"hashes": ["sha256:0"], "index": "pypi", "version": "==1.0"}
    lock = {"_meta": {"sources": [{"name": "pypi"}]}, "default": {"a": package}, "develop": {}}
    portable = json.loads(locks.without_index(json.dumps(lock)))
    assert portable["_meta"]["sources"] == []
    assert portable["default"]["a"] == {"hashes": ["sha256:0"], "version": "==1.0"}


def test_the_committed_locks_are_pinned_and_name_no_index() -> None:
    text = (PROJECT / "Pipfile.lock").read_text(encoding="utf-8")
    assert locks.without_index(text) == text
    lock = json.loads(text)
    for package in (lock["default"] | lock["develop"]).values():
        assert package["version"].startswith("==")
        assert package["hashes"]
    assert '"resolved"' not in (PROJECT / "package-lock.json").read_text(encoding="utf-8")


def test_the_index_is_taken_out_where_nothing_is_installed_yet(tmp_path: Path) -> None:
    """`make lock` in a fresh clone, which installs what it locks only afterwards."""
    lock = tmp_path / "Pipfile.lock"
    lock.write_text('{"_meta": {"sources": ["pypi"]}, "default": {}, "develop": {}}')
    bare = (sys.executable, "-S", "-m", "automation.locks", "--pipfile")
    done = run(*bare, folder=tmp_path, PYTHONPATH=str(PROJECT))
    assert done.returncode == 0, done.stderr
    assert json.loads(lock.read_text())["_meta"]["sources"] == []
