"""Environments of this project in which other bindings take the place of the lock file's.

What differs is named, with hashes, in `requirements/`; all else is what is installed here.
"""

import fcntl
import hashlib
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from importlib import metadata
from pathlib import Path

from bindings.framework import FrameworkError

PROVIDER_5 = Path(__file__).parent / "requirements" / "cdktf-provider-5.txt"
CDKTN = Path(__file__).parent / "requirements" / "cdktn.txt"
WORKSPACE = Path(__file__).parent.parent / ".terrace" / "bindings"
# No environment has two frameworks, whichever it is.
_FRAMEWORKS = {"cdktf", "cdktf-cdktf-provider-aws", "cdktn", "cdktn-provider-aws"}
_PIP = ("pip", "install", "--quiet", "--no-deps", "--require-hashes", "--no-compile")


def create(requirements: Path, folder: Path) -> Path:
    """The Python of a new environment in a folder, which needs no network but the first time.

    It consists of links, and lasts as long as what is installed here. Raises `FrameworkError`
    when pip cannot install what the file names.
    """
    packages = install(requirements)
    venv.create(folder, clear=True, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    for entry in (*_shared(packages), *packages.iterdir()):
        (site / entry.name).symlink_to(entry)
    for program in _programs():
        (python.parent / program.name).symlink_to(program)
    return python


def install(requirements: Path) -> Path:
    """The folder that has what a file names, installed once for each content of the file."""
    content = requirements.read_bytes()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = WORKSPACE / f"{hashlib.sha256(content).hexdigest()[:16]}-{version}"
    WORKSPACE.mkdir(parents=True, exist_ok=True)
    with (WORKSPACE / "lock").open("w") as lock:
        # Tests that run at the same time share it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=WORKSPACE) as scratch:
                _install(requirements, Path(scratch, "packages"))
                Path(scratch, "packages").rename(folder)
    return folder


def _install(requirements: Path, folder: Path) -> None:
    """By the user's own pip configuration; compiled on all cores, as pip would on one."""
    command = [sys.executable, "-m", *_PIP, f"--target={folder}", f"--requirement={requirements}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"code {done.returncode}"]
        raise FrameworkError(f"pip cannot install {requirements.name}: {said[-1]}")
    compile_all = ["-m", "compileall", "-q", "-j", "0", str(folder)]
    subprocess.run([sys.executable, *compile_all], check=True)  # noqa: S603


def _shared(packages: Path) -> list[Path]:
    """What is installed here, but for every framework and for what is in a folder."""
    sites = {Path(sysconfig.get_path(each)) for each in ("purelib", "platlib")}
    replaced = _FRAMEWORKS | {_name(each) for each in metadata.distributions(path=[str(packages)])}
    left_out = {
        file.parts[0]
        for each in metadata.distributions(path=[str(site) for site in sites])
        if _name(each) in replaced
        for file in each.files or ()
    }
    return [
        entry
        for site in sites
        for entry in site.iterdir()
        if entry.name not in left_out and entry.name != "__pycache__"
    ]


def _programs() -> list[Path]:
    """What packages brought beside Python's own and the scripts that run on the Python here."""
    entries = [each for each in Path(sys.prefix, "bin").iterdir() if each.is_file()]
    return [
        each
        for each in entries
        if not each.name.lower().startswith(("activate", "python"))
        if not re.match(rb"#!.*(\n.*)?python", each.read_bytes()[:512])
    ]


def _name(distribution: metadata.Distribution) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
