"""The application's dependencies as wheels, so that an instance needs no package index."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artifact.errors import ArtifactError
from artifact.line_ends import as_stored

REQUIREMENTS = "requirements.txt"
INSTALLER = Path(__file__).with_name("installer.txt")
_PYTHON = re.compile(r"python(3)\.(\d+)")
# Amazon Linux 2023 has glibc 2.34; wheels for an older one run there as well.
# https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
_GLIBC = range(17, 35)
# Where packages come from and how they are reached is the user's to say, as in the Makefile; all
# else is ours, since what pip chooses has to be what the lock file names.
# https://pip.pypa.io/en/stable/topics/configuration/#environment-variables
SOURCES = (
    "PIP_CACHE_DIR",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_CONFIG_FILE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_KEYRING_PROVIDER",
    "PIP_NO_CACHE_DIR",
    "PIP_NO_INDEX",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
)
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}


@dataclass(frozen=True, kw_only=True)
class Wheels:
    """The wheels that an application's lock file names, for one Python on one architecture.

    `cache` holds a folder for each lock file, Python and architecture; only `fetch` fills it.
    """

    directory: Path
    packages: Sequence[str]
    architecture: str
    cache: Path

    @property
    def wanted(self) -> bool:
        """Whether the application has a lock file; one in another language has none."""
        return self._lock.is_file()

    @property
    def python(self) -> str:
        """The Python that runs the application, by the name of its package and its program."""
        for package in self.packages:
            if _PYTHON.fullmatch(package):
                return package
        raise ArtifactError(
            f"{self._lock} needs a Python: name one in application.app.packages, such as python3.11"
        )

    @property
    def folder(self) -> Path:
        """Where they are, once they were fetched."""
        given = (as_stored(each.read_bytes()) for each in (self._lock, INSTALLER))
        key = hashlib.sha256(b"\0".join((*given, self.python.encode(), self._machine.encode())))
        return self.cache / key.hexdigest()[:16]

    def files(self) -> list[Path]:
        """The wheels, from the cache alone: nothing is downloaded."""
        if not self.wanted:
            return []
        if not self.folder.is_dir():
            raise ArtifactError(
                f"the wheels of {self._lock} for {self.python} on {self.architecture} are not "
                "here yet: run `make wheels`, which downloads them once"
            )
        return sorted(self.folder.glob("*.whl"))

    def fetch(self) -> bool:
        """Download what is not here yet, from wherever pip looks; whether that was needed."""
        if not self.wanted or self.folder.is_dir():
            return False
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as fresh:
            for lock in (INSTALLER, self._lock):
                self._download(lock, Path(fresh))
            _put(Path(fresh), self.folder)
        return True

    @property
    def _lock(self) -> Path:
        return self.directory / REQUIREMENTS

    @property
    def _machine(self) -> str:
        return _MACHINES[self.architecture]

    def _download(self, lock: Path, folder: Path) -> None:
        """Have pip choose as it would on the instance, and check every hash."""
        platforms = [f"--platform=manylinux_2_{minor}_{self._machine}" for minor in _GLIBC]
        version = self.python.removeprefix("python")
        finished = subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"),
                *(f"--python-version={version}", "--implementation=cp", *platforms),
                *(f"--dest={folder}", f"--requirement={lock}"),
            ],
            env=_pip_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode != 0:
            reason = next(iter(finished.stderr.strip().splitlines()[-1:]), "pip said nothing")
            raise ArtifactError(
                f"the wheels of {lock} for {self.python} on {self.architecture} cannot be "
                f"downloaded: {reason}"
            )


def _pip_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PIP_") or name in SOURCES
    }


def _put(fresh: Path, folder: Path) -> None:
    """Have the folder appear whole; another process may have been first."""
    whole = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.copytree(fresh, whole)
    try:
        whole.rename(folder)
    except OSError:
        shutil.rmtree(whole)
