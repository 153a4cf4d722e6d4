"""The application in an environment of its own: its files, and the packages that it locks."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifact import ArtifactError, procfile, startable
from artifact.archive import Entry
from artifact.content import entries, usable
from artifact.errors import raise_all
from artifact.locking import REQUIREMENTS
from artifact.node_modules import NodeModules
from artifact.wheels import Wheels, pip_environment
from automation import programs
from automation.app.surroundings import machine_path
from automation.errors import UserError

_MACHINES = {"aarch64": "arm64", "AMD64": "x86_64"}
_WHOLE = ".installed"


@dataclass(frozen=True)
class Place:
    """Where the application runs, and where its own programs are."""

    folder: Path
    programs: tuple[Path, ...]


def prepare(
    directory: Path, *, packages: Sequence[str], workspace: Path, tell: Callable[[str], None]
) -> Place:
    """Have the files of the directory below `workspace`, as an instance would, and its packages.

    Raises `UserError` for what cannot be packed, installed or started.
    """
    machine = _MACHINES.get(platform.machine(), platform.machine())
    system = platform.system().lower()
    cache = workspace / "packages"
    modules = NodeModules(directory=directory, architecture=machine, cache=cache, system=system)
    wheels = Wheels(directory=directory, packages=packages, architecture=machine, cache=cache)
    try:
        usable(directory, workspace)
        files = entries(directory, below="app")
        if system == "linux":
            _refuse(directory, files, machine)
        wheels.check()
        modules.check()
        modules.fetch()
        folder = _written([*files, *modules.entries(below="app")], workspace / "current")
        own = [_venv(wheels, directory / REQUIREMENTS, cache, tell)] if wheels.wanted else []
    except ArtifactError as error:
        raise UserError(str(error)) from error
    return Place(folder / "app", (*own, *_node(workspace / "programs")))


def _refuse(directory: Path, files: Sequence[Entry], machine: str) -> None:
    """What an instance could not start is not tried here, if it is for Linux as this is."""
    commands = procfile.read(directory)
    raise_all(
        startable.faults(
            directory, commands, files, architecture=machine, packages=startable.ANY_LANGUAGE
        )
    )


def _written(files: Iterable[Entry], folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for each in files:
        file = folder / each.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(each.content)
        file.chmod(0o755 if each.executable else 0o644)
    return folder


def _venv(wheels: Wheels, lock: Path, cache: Path, tell: Callable[[str], None]) -> Path:
    """The programs of a virtual environment with what the lock file names, made once for it."""
    python = _python(wheels.python, tell)
    key = hashlib.sha256(lock.read_bytes() + b"\0" + str(python).encode()).hexdigest()
    venv = cache / f"venv-{key[:16]}"
    if not (venv / _WHOLE).exists():
        shutil.rmtree(venv, ignore_errors=True)
        _run([str(python), "-m", "venv", "--without-pip", str(venv)], lock)
        _run(
            [
                *(sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python")),
                *("install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"),
                *("--disable-pip-version-check", f"--requirement={lock}"),
            ],
            lock,
        )
        (venv / _WHOLE).touch()
    return venv / "bin"


def _python(wanted: str, tell: Callable[[str], None]) -> Path:
    """The Python of the instances, or else the one that Terrace has."""
    mine = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = None if wanted == mine else programs.find(wanted)
    if wanted != mine and found is None:
        tell(f"{wanted} is not on this machine: the application runs on {mine}")
    return Path(found or sys.executable)


def _node(folder: Path) -> Iterator[Path]:
    """The Node that `make setup` brings, alone, where the machine has none of its own."""
    brought = Path(sys.executable).with_name("node")
    if shutil.which("node", path=os.pathsep.join(machine_path())) or not brought.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node").unlink(missing_ok=True)
    (folder / "node").symlink_to(brought)
    yield folder


def _run(command: Sequence[str], lock: Path) -> None:
    finished = subprocess.run(  # noqa: S603
        command,
        env=programs.for_python(pip_environment()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        said = finished.stderr.strip() or finished.stdout.strip() or "nothing was said"
        reason = next(
            (line for line in said.splitlines() if re.match(r"ERROR: ", line)),
            said.splitlines()[-1],
        )
        raise ArtifactError(f"the packages of {lock} cannot be installed: {reason}")
