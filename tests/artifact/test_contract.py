"""Applications as their tools leave them, of which no instance could start: each gets its line."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from artifact import Runtime
from artifact.contract import RUNNING, STOP_SECONDS, VERSION, points
from tests.artifact.packages import application
from tests.processes import PROJECT

RUNTIME = Runtime(packages=("nodejs22", "python3.11"), architecture="arm64", region="us-west-2")
LOCK = "flask==3.1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
EXPRESS = {"express": "^5.1.0"}


def lock(dependencies: Mapping[str, str], **packages: Mapping[str, object]) -> str:
    """What npm notes of an installation."""
    installed = {f"node_modules/{name}": package for name, package in packages.items()}
    return json.dumps(
        {"lockfileVersion": 3, "packages": {"": {"dependencies": dependencies}, **installed}}
    )


def faults(directory: Path) -> list[str]:
    """All that is said of it, without the directory's own path."""
    found = points(
        directory,
        runtime=RUNTIME,
        static_directory="static",
        static_wanted=False,
        workspace=PROJECT / ".terrace",
    )
    told = [detail for each in found if each.verdict == "does not fit" for detail in each.details]
    return [each.replace(f"{directory}/", "") for each in told]


def manifest(dependencies: Mapping[str, str], **scripts: str) -> str:
    return json.dumps({"dependencies": dependencies, "scripts": scripts})


def elf(machine: int, mode: int = 0o755) -> tuple[bytes, int]:
    """A program for Linux with its permissions."""
    return b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(40), mode


UV = "`uv export --format requirements-txt --no-dev --no-emit-project -o requirements.txt`"
PIP_COMPILE = "`pip-compile --generate-hashes -o requirements.txt requirements.in`"
NEXT = "write `node node_modules/next/dist/bin/next` in its place"
NEXT_LOCK = lock({"next": "15"}, next={"bin": {"next": "./dist/bin/next"}})
GO = "`CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -o server .`"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {
                "Procfile": "web: node server.js\n",
                "server.js": "",
                "package.json": manifest(EXPRESS),
            },
            "package.json names dependencies, and package-lock.json is missing: run `npm install "
            "--package-lock-only` there",
        ),
        (
            {
                "Procfile": "web: node server.js\n",
                "server.js": "",
                "package.json": manifest(EXPRESS),
                "package-lock.json": lock({}),
            },
            "package-lock.json locks other dependencies than package.json names: run `npm install "
            "--package-lock-only` there",
        ),
        (
            {
                "Procfile": "web: python -m shop\n",
                "shop.py": "",
                "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]\n',
                "uv.lock": "version = 1\n",
            },
            f"pyproject.toml names dependencies, and requirements.txt is missing: run {UV}",
        ),
        (
            {
                "Procfile": "web: npx next start -p $PORT\n",
                "package.json": manifest({"next": "15"}),
                "package-lock.json": NEXT_LOCK,
                ".next/BUILD_ID": "1",
            },
            f"Procfile: `web` starts next by node_modules/.bin, which no release has: {NEXT}",
        ),
        (
            {
                "Procfile": "web: npm start\n",
                "package.json": manifest({"next": "15"}, start="next start -p $PORT"),
                "package-lock.json": NEXT_LOCK,
                ".next/BUILD_ID": "1",
            },
            f"Procfile: `web` starts next by node_modules/.bin, which no release has: {NEXT}",
        ),
        (
            {
                "Procfile": "web: node node_modules/next/dist/bin/next start\n",
                "package.json": manifest({"next": "15"}),
                "package-lock.json": NEXT_LOCK,
            },
            "Procfile: `web` serves .next, which is not in the directory: build it by `npx next "
            "build`",
        ),
        (
            {"Procfile": "web: ./server\n", "go.mod": "module shop\n", "main.go": "package main\n"},
            f"Procfile: `web` starts ./server, which is not in the directory: build it by {GO}, or "
            "correct the line",
        ),
        (
            {"Procfile": "web: ./server\n", "server": elf(0xB7, 0o644)},
            "Procfile: `web` starts ./server, which may not be executed: `chmod +x ./server`",
        ),
        (
            {"Procfile": "web: bin/server\n", "bin/server": elf(0x3E)},
            "Procfile: `web` starts bin/server, which is for x86_64: build it for Linux on arm64",
        ),
        (
            {
                "Procfile": "web: python -m shop\n",
                "shop.py": "",
                "requirements.txt": "flask\nrich\n",
            },
            'requirements.txt: "flask" (and 1 more) locks no version with its hash: run `mv '
            f"requirements.txt requirements.in`, then {PIP_COMPILE}, or `uv pip compile "
            "--generate-hashes requirements.in -o requirements.txt`",
        ),
    ],
)
def test_what_could_never_start_gets_one_line_with_what_to_do(
    tmp_path: Path, files: Mapping[str, str | tuple[bytes, int]], said: str
) -> None:
    text = {name: content for name, content in files.items() if isinstance(content, str)}
    directory = application(tmp_path / "app", **text)
    for name, content in files.items():
        if not isinstance(content, str):
            program = directory / name
            program.parent.mkdir(exist_ok=True)
            program.write_bytes(content[0])
            program.chmod(content[1])
    assert faults(directory) == [said]


def test_all_points_are_told_at_once(tmp_path: Path) -> None:
    directory = application(
        tmp_path / "app",
        **{
            "Procfile": "web: ./server\nrelease: node migrate.js\n",
            "requirements.txt": "flask\n",
            "static": "",
            "package.json": manifest(EXPRESS),
        },
    )
    found = faults(directory)
    assert [each.partition(":")[0].split(" ")[0] for each in found] == [
        "Procfile",
        "Procfile",
        "static",
        "requirements.txt",
        "package.json",
    ]


def test_a_good_one_fits_before_its_packages_are_fetched(tmp_path: Path) -> None:
    """And what no reading tells is said to be so."""
    directory = application(
        tmp_path / "app",
        **{"Procfile": "web: python -m shop\n", "shop.py": "", "requirements.txt": LOCK},
    )
    assert faults(directory) == []
    found = list(
        points(
            directory,
            runtime=RUNTIME,
            static_directory="static",
            static_wanted=False,
            workspace=tmp_path / "workspace",
        )
    )
    open_points = {each.name for each in found if each.verdict == "only running shows"}
    assert open_points == set(RUNNING)
    assert not (tmp_path / "workspace").exists()


def test_a_directory_that_is_none_is_one_point(tmp_path: Path) -> None:
    (told,) = faults(tmp_path / "nowhere")
    assert told.startswith("Procfile is missing: write one with a line `web: <command>`")


def test_the_page_names_the_version_and_the_time_to_end() -> None:
    page = (PROJECT / "artifact" / "README.md").read_text(encoding="utf-8")
    assert f"version {VERSION} of the contract" in page
    assert f"it has {STOP_SECONDS} seconds to end" in page
    units = (PROJECT / "modules" / "application" / "user_data.py").read_text(encoding="utf-8")
    assert f"\n_STOP_SECONDS = {STOP_SECONDS}\n" in units
