import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact import Runtime, pack
from artifact.line_ends import as_stored
from artifact.wheels import Wheels
from tests.artifact.packages import application

RUNTIME = Runtime(packages=("python3.11",), architecture="arm64", region="us-west-2")
# By what a repository stores.
KINDS = {
    "text": b"one\ntwo\n",
    "unfinished": b"one\ntwo",
    "one-line": b"one",
    "empty": b"",
    "page": "<p>Grüße\n</p>\n\n".encode(),
    "from-windows": b"one\r\ntwo\r\n" + b"\x01",
    "mixed": b"one\r\ntwo\n",
    "old-mac": b"one\rtwo\n",
    "zero": b"one\n\0two\n",
    "controls": b"\x01\x02\n" * 9,
    "few-controls": b"\x01" + b"word\n" * 99,
    "escapes": b"\x1b[1mbold\x1b[0m\n",
    "end-of-file": b"DOS\n" * 99 + b"\x1a",
}


def git(*arguments: str | Path) -> None:
    who = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com")
    subprocess.run(["git", *who, *arguments], check=True)  # noqa: S603, S607


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that says nothing of line ends, as an application's may."""
    folder = application(tmp_path_factory.mktemp("origin") / "shop")
    for name, content in KINDS.items():
        (folder / name).write_bytes(content)
    git("init", "--quiet", folder)
    git("-C", folder, "-c", "core.autocrlf=false", "add", "--all")
    git("-C", folder, "commit", "--quiet", "--message=All kinds")
    return folder


def clone(repository: Path, folder: Path, autocrlf: str) -> Path:
    git("clone", "--quiet", f"--config=core.autocrlf={autocrlf}", repository, folder)
    return folder


def test_a_release_does_not_depend_on_what_a_checkout_makes_of_line_ends(
    repository: Path, tmp_path: Path
) -> None:
    hashes = {}
    for autocrlf in ("true", "input", "false"):
        folder = clone(repository, tmp_path / autocrlf, autocrlf)
        packed = pack(folder, runtime=RUNTIME, static_directory="static", workspace=tmp_path)
        hashes[autocrlf] = packed.sha256
    assert b"\r\n" in (tmp_path / "true" / "text").read_bytes()
    assert len(set(hashes.values())) == 1


@pytest.mark.parametrize("name", KINDS)
def test_what_is_packed_is_what_is_stored(repository: Path, tmp_path: Path, name: str) -> None:
    folder = clone(repository, tmp_path / "clone", "true")
    assert as_stored((folder / name).read_bytes()) == KINDS[name]


@given(st.binary(max_size=40) | st.text("a\n\r\0\x01", max_size=12).map(str.encode))
def test_only_whole_texts_change_and_nothing_but_their_line_ends(content: bytes) -> None:
    found = as_stored(content)
    assert found in (content, content.replace(b"\r\n", b"\n"))
    assert as_stored(found) == found
    if b"\r\n" not in content or b"\0" in content:
        assert found == content


def test_a_lock_file_has_its_wheels_whatever_its_line_ends(tmp_path: Path) -> None:
    folders = set()
    for name, end in (("unix", "\n"), ("windows", "\r\n")):
        directory = application(tmp_path / name)
        lines = f"pure==1.0 \\{end}    --hash=sha256:0{end}"
        (directory / "requirements.txt").write_bytes(lines.encode())
        wheels = Wheels(
            directory=directory, packages=("python3.11",), architecture="arm64", cache=tmp_path
        )
        folders.add(wheels.folder)
    assert len(folders) == 1
