"""The reader of pages is at a terminal, in one shell, and clones what is here."""

import os
from pathlib import Path

import pytest

from tests.documents.clones import TERRACE, Hub, install, snapshot, without_git
from tests.documents.reader import Reader
from tests.processes import PROJECT


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    for name in ("home", "kept"):
        (tmp_path / name).mkdir()
    environ = {**without_git(os.environ), **Hub(tmp_path / "hub").environ}
    return Reader(tmp_path / "home", environ, tmp_path / "kept", patience=60)


def test_folder_and_variables_stay_as_they_were_left(reader: Reader) -> None:
    reader.type("mkdir -p 'a b' && cd 'a b'")
    reader.type("export WHO='you and me'")
    assert reader.type('echo "$WHO in $(basename "$PWD")"') == "you and me in a b\n"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Deploy to prod? [y/n] (n): ", "y"),
        ("Make these changes? (yes/no) ", "y"),
        ("Type dev-349081 to destroy: ", "dev-349081"),
    ],
)
def test_questions_are_answered(reader: Reader, question: str, answer: str) -> None:
    said = reader.type(f"read -r -p '{question}' given; echo \"<$given>\"")
    assert said.endswith(f"<{answer}>\n")


def test_a_command_that_fails_is_told_with_what_it_printed(reader: Reader) -> None:
    assert reader.type("echo no; exit 2", code=2) == "no\n"
    with pytest.raises(AssertionError, match="exit code 2\nno\n"):
        reader.type("echo no; (exit 2)")


def test_one_that_never_ends_is_given_up(reader: Reader) -> None:
    reader.patience = 0.5
    with pytest.raises(AssertionError, match="it goes on for more than"):
        reader.type("sleep 60")


def test_a_clone_has_what_is_here_and_is_as_it_was_committed(
    reader: Reader, tmp_path: Path
) -> None:
    hub, source = Hub(tmp_path / "hub"), tmp_path / "source"
    hub.create("terrace/terrace")
    source.mkdir()
    snapshot(source, hub)
    hub.publish("terrace/terrace", source)
    reader.type(f"git clone {TERRACE} platform")
    clone = tmp_path / "home" / "platform"
    install(clone, hub)
    reader.type("cd platform")
    assert reader.type("git status --porcelain") == ""
    assert (clone / "main.py").read_bytes() == (PROJECT / "main.py").read_bytes()
    # Nothing is older than what it was installed from.
    assert reader.type("make --question .venv/.installed node_modules/.installed") == ""
