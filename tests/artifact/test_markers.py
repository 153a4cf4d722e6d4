"""Lock files with markers, as uv and Poetry write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact import ArtifactError
from artifact.markers import for_instance

FILE = Path("shop/requirements.txt")
HASH = "--hash=sha256:" + "0" * 64


def lines(text: str, python: str = "python3.11", machine: str = "aarch64") -> list[str]:
    return for_instance(text, FILE, python=python, machine=machine).splitlines()


@pytest.mark.parametrize(
    ("marker", "kept"),
    [
        ("sys_platform == 'linux'", True),
        ("sys_platform == 'win32'", False),
        ("platform_system == 'Darwin' and python_version >= '3.9'", False),
        ("platform_machine == 'aarch64'", True),
        ("platform_machine == 'x86_64' or platform_machine == 'AMD64'", False),
        ("python_version < '3.11'", False),
        ("python_full_version < '3.11.3'", True),
        ("python_full_version >= '3.11.3'", True),
        ("implementation_name == 'pypy'", False),
        ("extra == 'speed'", False),
        ("platform_release >= '5'", True),
    ],
)
def test_markers_are_those_of_an_instance(marker: str, kept: bool) -> None:
    found = lines(f"pure==1.0 ; {marker} \\\n    {HASH} \\\n    {HASH}\n    # via shop\n")
    assert found == ([f"pure==1.0 {HASH} {HASH}"] if kept else [])


def test_options_and_comments_are_as_they_were() -> None:
    text = f"# by uv\n--require-hashes\n\npure[fast]==1.0 {HASH}  # pinned\r\nother==2 {HASH}\n"
    assert lines(text) == [
        "--require-hashes",
        f"pure[fast]==1.0 {HASH}",
        f"other==2 {HASH}",
    ]


@pytest.mark.parametrize(
    "text",
    ["pure==1.0", "pure", "-r base.txt", "-e .", "--constraint all.txt", "git+https://a.b/c"],
)
def test_what_locks_nothing_is_refused_with_the_command_that_does(text: str) -> None:
    with pytest.raises(ArtifactError) as refusal:
        lines(f"other==2 {HASH}\n{text}\n")
    assert str(refusal.value) == (
        f'{FILE}: "{text}" locks no version with its hash: run `pip-compile --generate-hashes -o '
        "requirements.txt requirements.in`, or `uv pip compile --generate-hashes requirements.in "
        "-o requirements.txt`"
    )


def test_two_versions_for_patch_versions_of_python_are_refused() -> None:
    marker = "python_full_version"
    with pytest.raises(ArtifactError, match=r"pure is locked 2 times for instances: lock it for"):
        lines(f"pure==1 ; {marker} < '3.11.4' {HASH}\npure==2 ; {marker} >= '3.11.4' {HASH}\n")
    one = f"pure==1 ; python_version < '3.11' {HASH}\npure==2 ; python_version >= '3.11' {HASH}\n"
    assert lines(one) == [f"pure==2 {HASH}"]


@given(st.sampled_from(["3.9", "3.11", "3.12", "3.13"]), st.sampled_from(["aarch64", "x86_64"]))
def test_each_python_and_architecture_has_its_own(version: str, machine: str) -> None:
    text = "".join(
        f"p{number}==1 ; python_version == '{python}' and "
        f"platform_machine == '{processor}' {HASH}\n"
        for number, (python, processor) in enumerate(
            (python, processor)
            for python in ("3.9", "3.11", "3.12", "3.13")
            for processor in ("aarch64", "x86_64")
        )
    )
    assert len(lines(text, f"python{version}", machine)) == 1
