import json

from automation import locks
from tests.processes import PROJECT


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
