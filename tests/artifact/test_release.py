import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from artifact import ArtifactError, Release, Runtime, pack, published
from artifact.release import inspect
from artifact.static_files import content_types
from tests.artifact.packages import application
from tests.processes import PROJECT

RUNTIME = Runtime(packages=("python3.11",), architecture="arm64", region="us-west-2")
PACK = """
import sys
from pathlib import Path
from artifact import Runtime, pack
runtime = Runtime(packages=("python3.11",), architecture="arm64", region="us-west-2")
directory, workspace = (Path(each) for each in sys.argv[1:])
print(pack(directory, runtime=runtime, static_directory="static", workspace=workspace).sha256)
"""


def packed(directory: Path, workspace: Path) -> Release:
    return pack(directory, runtime=RUNTIME, static_directory="static", workspace=workspace)


def members(release: Release) -> dict[str, bytes]:
    assert release.file is not None
    with tarfile.open(release.file) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


def test_an_archive_holds_all_that_an_instance_needs(tmp_path: Path) -> None:
    files = {"serve.py": "", "static/a.css": "", "static/img/b.svg": "", "static/LICENSE": ""}
    found = members(packed(application(tmp_path / "app", **files), tmp_path / "work"))
    assert set(found) == {
        "app/Procfile",
        "rds-ca.pem",
        "static-types",
        *(f"app/{name}" for name in files),
    }
    assert found["rds-ca.pem"].count(b"BEGIN CERTIFICATE") == 3
    assert found["static-types"].decode().splitlines() == [
        "*.css\ttext/css; charset=utf-8",
        "*.svg\timage/svg+xml",
        "LICENSE\tapplication/octet-stream",
    ]


def test_leftovers_and_hidden_files_stay_out(tmp_path: Path) -> None:
    leftovers = (".env", ".git/config", "__pycache__/a.pyc", "b.pyc", "web.log", "venv/bin/python")
    directory = application(tmp_path / "app", **dict.fromkeys(leftovers, "secret"))
    assert "app/Procfile" in members(packed(directory, tmp_path))
    assert not [name for name in members(packed(directory, tmp_path)) if "secret" in name]
    assert packed(directory, tmp_path) == packed(application(tmp_path / "clean"), tmp_path)


def test_two_machines_two_times_and_two_umasks_give_the_same_bytes(tmp_path: Path) -> None:
    original = application(tmp_path / "one" / "app", **{"b/c.py": "c", "a.py": "a", "run": "#!"})
    (original / "run").chmod(0o700)
    hashes = set()
    for number, umask in enumerate((0o022, 0o077)):
        folder = tmp_path / f"machine-{number}"
        shutil.copytree(original, folder / "app", copy_function=shutil.copy)
        for file in (folder / "app").rglob("*"):
            os.utime(file, (number * 1e9, number * 1e9))
            file.chmod(file.stat().st_mode & ~umask | 0o600)
        command = [sys.executable, "-c", PACK, str(folder / "app"), str(folder / "work")]
        environ = {**os.environ, "PYTHONHASHSEED": str(number), "TZ": f"UTC+{number}"}
        hashes.add(subprocess.check_output(command, cwd=PROJECT, env=environ, umask=umask))  # noqa: S603
    assert len(hashes) == 1


def test_any_other_content_has_another_hash(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"a.py": "1"})
    before = packed(directory, tmp_path)
    (directory / "a.py").write_text("2")
    changed = packed(directory, tmp_path)
    (directory / "a.py").chmod(0o755)
    executable = packed(directory, tmp_path)
    assert len({before.sha256, changed.sha256, executable.sha256}) == 3


@pytest.mark.parametrize(
    ("procfile", "message"),
    [
        ("release: migrate", "{} has no line `web: <command>`: add it"),
        ("web python", "{}, line 1: received `web python`; expected `web: <command>`"),
        ("web: a\nweb: b", "{}, line 2: `web` is there twice: keep one"),
    ],
)
def test_a_faulty_procfile_is_refused(tmp_path: Path, procfile: str, message: str) -> None:
    directory = application(tmp_path / "app", Procfile=procfile)
    with pytest.raises(ArtifactError) as refusal:
        packed(directory, tmp_path)
    assert str(refusal.value) == message.format(directory / "Procfile")


@pytest.mark.parametrize(
    ("procfile", "processes", "message"),
    [
        (
            "web: a\nworker: b",
            (),
            "{}: `worker` is none of application.app.processes: add "
            "[[application.app.processes]] with the name to the environment's file, or remove the "
            "line",
        ),
        (
            "web: a\nrelease: b",
            ("worker",),
            "{} has no line `worker: <command>`, which application.app.processes names: add it, "
            "or remove the process there",
        ),
        # The faulty line may be the one that was meant.
        (
            "web: a\nworker b",
            ("worker",),
            "{}, line 2: received `worker b`; expected `web: <command>`",
        ),
        ("web: a\nworker: b\nrelease: c", ("worker",), ""),
        ("web: a\nworker: b", None, ""),
    ],
)
def test_procfile_and_settings_name_the_same(
    tmp_path: Path, procfile: str, processes: tuple[str, ...] | None, message: str
) -> None:
    directory = application(tmp_path / "app", Procfile=procfile)
    known = replace(RUNTIME, processes=processes)
    faults = inspect(directory, runtime=known, static_directory="static", workspace=tmp_path)
    assert faults["Procfile"] == ([message.format(directory / "Procfile")] if message else [])


def test_a_directory_without_a_procfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError) as refusal:
        packed(tmp_path / "app", tmp_path)
    assert str(refusal.value) == (
        f"{tmp_path / 'app' / 'Procfile'} is missing: write one with a line `web: <command>`, or "
        "correct application.app.directory"
    )


def test_links_are_refused(tmp_path: Path) -> None:
    directory = application(tmp_path / "app")
    (directory / "link").symlink_to("/etc/passwd")
    with pytest.raises(ArtifactError, match=r"link is a symbolic link: put the file itself there$"):
        packed(directory, tmp_path)


def test_regions_whose_databases_nobody_could_verify_are_refused(tmp_path: Path) -> None:
    runtime = Runtime(packages=(), architecture="arm64", region="mx-central-1")
    with pytest.raises(ArtifactError, match='region: received "mx-central-1", whose database'):
        pack(
            application(tmp_path / "app"),
            runtime=runtime,
            static_directory="static",
            workspace=tmp_path,
        )


def test_a_published_release_is_known_by_its_whole_hash() -> None:
    assert published("a" * 64) == Release(sha256="a" * 64)
    for wrong in ("a" * 12, "A" * 64, f"{'a' * 64}\n"):
        with pytest.raises(ArtifactError) as refusal:
            published(wrong)
        assert str(refusal.value) == (
            f'APP_RELEASE: received "{wrong}"; give the SHA-256 of a published release, '
            "64 hexadecimal digits in lower case"
        )


def test_content_types_do_not_depend_on_the_machine() -> None:
    assert content_types(["x.WOFF2", "y.unknown"]) == (
        "*.WOFF2\tfont/woff2\n*.unknown\tapplication/octet-stream\n"
    )
