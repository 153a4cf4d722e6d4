"""All that is wrong with an application's directory, told at once."""

import os
from pathlib import Path

import pytest

from artifact import ArtifactError, Runtime, check
from tests.artifact.packages import application

RUNTIME = Runtime(packages=("python3.11",), architecture="arm64", region="us-west-2")
CORRECT = "correct application.app.directory"


def faults(
    directory: Path,
    workspace: Path,
    *,
    static_directory: str | None = "static",
    static_wanted: bool = False,
    runtime: Runtime | None = RUNTIME,
) -> list[str]:
    with pytest.raises(ArtifactError) as caught:
        check(
            directory,
            runtime=runtime,
            static_directory=static_directory,
            static_wanted=static_wanted,
            workspace=workspace,
        )
    assert str(caught.value).encode("utf-8")
    return list(caught.value.reasons)


def test_faults_of_every_kind_are_told_together(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", Procfile="web python\nworker: x\n", static="")
    (directory / "link").symlink_to("link")
    os.mkfifo(directory / "pipe")
    (directory / os.fsdecode(b"\xff")).write_text("")
    (directory / "requirements.txt").write_text(f"shop==1.0 --hash=sha256:{'0' * 64}\n")
    told = faults(directory, tmp_path / "work")
    assert told[:1] == [
        f"{directory}/Procfile, line 1: received `web python`; expected `web: <command>`",
    ]
    assert sorted(told[1:4]) == sorted(
        [
            f"{directory}/link is a symbolic link: put the file itself there",
            f"{directory}/pipe is no regular file: remove it",
            f"'{directory}/\\udcff' has a name that cannot be printed: rename it",
        ]
    )
    assert told[4] == (
        f"{directory}/static is no directory: correct application.app.static_directory"
    )
    assert told[5].endswith("are not here yet: run `make wheels`, which downloads them once")
    assert len(told) == 6


def test_what_is_not_known_is_not_judged(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"requirements.txt": "", "static": ""})
    check(directory, runtime=None, static_directory=None, workspace=tmp_path / "work")


def test_a_static_directory_has_to_be_there_when_it_is_named(tmp_path: Path) -> None:
    directory = application(tmp_path / "app")
    check(directory, runtime=RUNTIME, static_directory="static", workspace=tmp_path / "work")
    assert faults(directory, tmp_path / "work", static_wanted=True) == [
        f"{directory}/static is missing: correct application.app.static_directory, or leave it out"
    ]


@pytest.mark.parametrize("kind", ["file", "pipe", "circle", "long"])
def test_what_is_no_directory_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / ("x" * 300 if kind == "long" else "app")
    if kind == "file":
        place.write_text("")
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "circle":
        place.symlink_to(place)
    (told,) = faults(place, tmp_path / "work")
    assert told.startswith(f"{place} ")
    assert told.endswith(CORRECT)


def test_a_directory_around_the_workspace_is_refused(tmp_path: Path) -> None:
    (told,) = faults(application(tmp_path), tmp_path / "work")
    assert told == f"{tmp_path} is around {tmp_path}/work, where releases go: {CORRECT}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("web: run\n".encode("utf-16"), "is not in UTF-8: save it as UTF-8"),
        ("web: run é\n".encode("latin-1"), "is not in UTF-8: save it as UTF-8"),
        (b"web: run\0\n", "line 1: received 'web: run\\x00'; save it as UTF-8, with visible"),
    ],
)
def test_a_procfile_that_is_no_text_is_refused(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    directory = application(tmp_path / "app")
    (directory / "Procfile").write_bytes(content)
    (told,) = faults(directory, tmp_path / "work")
    assert expected in told


def test_a_procfile_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    directory = application(tmp_path / "app")
    (directory / "Procfile").write_bytes(b"\xef\xbb\xbfweb: run\r\n\r\nrelease: migrate\r\n")
    check(directory, runtime=RUNTIME, static_directory="static", workspace=tmp_path / "work")


@pytest.mark.parametrize("kind", ["directory", "pipe"])
def test_a_procfile_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "app").mkdir()
    place = tmp_path / "app" / "Procfile"
    if kind == "directory":
        place.mkdir()
    else:
        os.mkfifo(place)
    told = faults(tmp_path / "app", tmp_path / "work")
    assert f"{place} is no regular file: write one with a line `web: <command>`" in told


def test_files_that_may_not_be_read_are_told_and_many_of_a_kind_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = application(tmp_path / "app", **{f"f{n:02}": "" for n in range(30)})
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "Procfile":
            return read(path)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    told = faults(directory, tmp_path / "work", runtime=None)
    assert len(told) == 21
    assert told[0].endswith("cannot be read: Permission denied; make it readable")
    assert told[-1] == f"{directory}: 10 more of this kind"
