from pathlib import Path

import pytest

from artifact import ArtifactError, wheels
from artifact.wheels import Wheels
from tests.artifact.packages import application, wheel
from tests.automation import hostile
from tests.processes import PROJECT

HASH = f"--hash=sha256:{'0' * 64}"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of every package index, with an installer in it."""
    folder = tmp_path / "index"
    installer = tmp_path / "installer.txt"
    installer.write_text(wheel(folder, "pip"), encoding="utf-8")
    monkeypatch.setattr(wheels, "INSTALLER", installer)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wanted(directory: Path, cache: Path, *packages: str, architecture: str = "arm64") -> Wheels:
    return Wheels(
        directory=directory,
        packages=packages or ("python3.11",),
        architecture=architecture,
        cache=cache,
    )


@pytest.mark.parametrize(("architecture", "machine"), [("arm64", "aarch64"), ("x86_64", "x86_64")])
def test_wheels_of_the_instances_are_fetched_once(
    tmp_path: Path, index: Path, architecture: str, machine: str
) -> None:
    for each in ("aarch64", "x86_64"):
        lock = wheel(index, "native", f"cp311-cp311-manylinux_2_28_{each}")
        if each == machine:
            chosen = lock
    lock = chosen + wheel(index, "pure")
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    found = wanted(directory, tmp_path / "cache", architecture=architecture)
    assert found.fetch()
    assert [file.name for file in found.files()] == [
        f"native-1.0-cp311-cp311-manylinux_2_28_{machine}.whl",
        "pip-1.0-py3-none-any.whl",
        "pure-1.0-py3-none-any.whl",
    ]
    assert not found.fetch()


@pytest.mark.parametrize("tag", ["manylinux2014", "manylinux1", "manylinux_2_5", "manylinux_2_34"])
def test_the_fast_wheel_is_taken_whatever_it_is_tagged_with(
    tmp_path: Path, index: Path, tag: str
) -> None:
    """Older tags were not known, and pip took what is slow and runs everywhere."""
    slow = wheel(index, "native").split()
    fast = wheel(index, "native", f"cp311-cp311-{tag}_aarch64").split()
    lock = f"native==1.0 {slow[1]} {fast[1]}\n"
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    found = wanted(directory, tmp_path / "cache")
    assert found.fetch()
    assert f"native-1.0-cp311-cp311-{tag}_aarch64.whl" in [each.name for each in found.files()]


def test_markers_are_looked_at_as_an_instance_does(tmp_path: Path, index: Path) -> None:
    """pip itself looks at them for the machine that it downloads on."""
    here, there = wheel(index, "here").split(), wheel(index, "there").split()
    lock = (
        f"{here[0]} ; platform_machine == 'aarch64' and sys_platform == 'linux' {here[1]}\n"
        f"{there[0]} ; platform_machine == 'x86_64' or sys_platform == 'darwin' {there[1]}\n"
    )
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    for architecture, name in (("arm64", "here"), ("x86_64", "there")):
        found = wanted(directory, tmp_path / "cache", architecture=architecture)
        assert found.fetch()
        assert [each.name.split("-")[0] for each in found.files()] == sorted([name, "pip"])


def test_synthesis_says_what_to_do_when_they_are_not_there(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"requirements.txt": f"pure==1.0 {HASH}"})
    with pytest.raises(ArtifactError) as refusal:
        wanted(directory, tmp_path / "cache").files()
    assert str(refusal.value) == (
        f"the wheels of {directory / 'requirements.txt'} for python3.11 on arm64 are not here "
        "yet: run `make wheels`, which downloads them once"
    )


def test_an_application_without_a_lock_file_needs_none(tmp_path: Path) -> None:
    found = wanted(application(tmp_path / "app"), tmp_path / "cache", "nodejs22")
    assert found.files() == []
    assert not found.fetch()
    assert not (tmp_path / "cache").exists()


def test_a_lock_file_needs_a_python(tmp_path: Path) -> None:
    directory = application(tmp_path / "app", **{"requirements.txt": "pure==1.0"})
    with pytest.raises(ArtifactError) as refusal:
        wanted(directory, tmp_path / "cache", "nodejs22").files()
    assert str(refusal.value) == (
        f"{directory / 'requirements.txt'} needs a Python: name one in "
        "application.app.packages, such as python3.11"
    )


def test_what_cannot_be_had_leaves_nothing_half_fetched(tmp_path: Path, index: Path) -> None:
    lock = wheel(index, "native", "cp311-cp311-manylinux_2_28_x86_64")
    directory = application(tmp_path / "app", **{"requirements.txt": lock})
    found = wanted(directory, tmp_path / "cache")
    with pytest.raises(ArtifactError) as refusal:
        found.fetch()
    assert str(refusal.value).startswith(
        f"the wheels of {directory / 'requirements.txt'} for python3.11 on arm64 cannot be "
        "downloaded: "
    )
    assert list((tmp_path / "cache").iterdir()) == []


def test_another_lock_python_or_architecture_has_wheels_of_its_own(tmp_path: Path) -> None:
    one = application(tmp_path / "one", **{"requirements.txt": "a"})
    two = application(tmp_path / "two", **{"requirements.txt": "b"})
    folders = {
        wanted(one, tmp_path).folder,
        wanted(two, tmp_path).folder,
        wanted(one, tmp_path, "python3.12").folder,
        wanted(one, tmp_path, architecture="x86_64").folder,
    }
    assert len(folders) == 4


def test_what_the_user_says_of_other_installations_is_not_meant(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in hostile.PIP.items():
        monkeypatch.setenv(name, value)
    directory = application(tmp_path / "app", **{"requirements.txt": wheel(index, "pure")})
    found = wanted(directory, tmp_path / "cache")
    assert found.fetch()
    names = [file.name for file in found.files()]
    assert names == ["pip-1.0-py3-none-any.whl", "pure-1.0-py3-none-any.whl"]


def test_make_has_packages_come_from_the_same_places() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = (each for each in makefile.splitlines() if each.startswith("PIP_SOURCES := "))
    assert tuple(line.split()[2:]) == wheels.SOURCES
