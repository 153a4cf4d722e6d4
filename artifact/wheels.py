"""The application's dependencies as wheels, so that an instance needs no package index."""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifact.cache import put
from artifact.errors import ArtifactError
from artifact.line_ends import as_stored
from artifact.locking import REQUIREMENTS
from artifact.markers import for_instance

INSTALLER = Path(__file__).with_name("installer.txt")
_PYTHON = re.compile(r"python(3)\.(\d+)")
# Amazon Linux 2023 has glibc 2.34; wheels for an older one run there as well.
# https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html
_GLIBC = range(34, 4, -1)
# What the same was called before.
# https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
_EARLIER = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
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
# Another one when other wheels are chosen than before.
_CHOICE = b"2"
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
    def name(self) -> str:
        """What they are for."""
        return f"{self.python} on {self.architecture}"

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
        chosen = (self.python.encode(), self._machine.encode(), _CHOICE)
        key = hashlib.sha256(b"\0".join((*given, *chosen)))
        return self.cache / key.hexdigest()[:16]

    def files(self) -> list[Path]:
        """The wheels, from the cache alone: nothing is downloaded."""
        if not self.wanted:
            return []
        if not self.folder.is_dir():
            self.check()
            raise ArtifactError(
                f"the wheels of {self._lock} for {self.python} on {self.architecture} are not "
                "here yet: run `make wheels`, which downloads them once"
            )
        return sorted(self.folder.glob("*.whl"))

    def check(self) -> None:
        """Refuse a lock file of which no wheels could be fetched, as far as it says itself."""
        if self.wanted:
            self._lines(self._lock)

    def fetch(self) -> bool:
        """Download what is not here yet, from wherever pip looks; whether that was needed."""
        if not self.wanted or self.folder.is_dir():
            return False
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as fresh:
            for lock in (INSTALLER, self._lock):
                self._download(lock, Path(fresh))
            put(Path(fresh), self.folder)
        return True

    def told(self) -> str:
        """How many there are, in words."""
        return f"{len(self.files())} wheels"

    @property
    def _lock(self) -> Path:
        return self.directory / REQUIREMENTS

    @property
    def _machine(self) -> str:
        return _MACHINES[self.architecture]

    def _download(self, lock: Path, folder: Path) -> None:
        """Have pip choose as it would on the instance, and check every hash."""
        text = self._lines(lock)
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as wanted:
            wanted.write(text)
            wanted.flush()
            finished = self._pip_download(wanted.name, folder)
        if finished.returncode != 0:
            reason = next(iter(finished.stderr.strip().splitlines()[-1:]), "pip said nothing")
            raise ArtifactError(
                f"the wheels of {lock} for {self.python} on {self.architecture} cannot be "
                f"downloaded: {reason}"
            )

    def _lines(self, lock: Path) -> str:
        """The lines of a lock file that are for instances."""
        try:
            text = lock.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ArtifactError(f"{lock} is not in UTF-8: save it as UTF-8") from None
        return for_instance(text, lock, python=self.python, machine=self._machine)

    def _pip_download(self, requirements: str, folder: Path) -> subprocess.CompletedProcess[str]:
        version = self.python.removeprefix("python")
        return subprocess.run(  # noqa: S603
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"),
                *(f"--python-version={version}", "--implementation=cp"),
                *(f"--platform={each}" for each in _platforms(self._machine)),
                *(f"--dest={folder}", f"--requirement={requirements}"),
            ],
            env=pip_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def _platforms(machine: str) -> Iterator[str]:
    """What wheels for an instance are tagged with, the newest and so the best first."""
    for minor in _GLIBC:
        yield f"manylinux_2_{minor}_{machine}"
        if minor in _EARLIER:
            yield f"{_EARLIER[minor]}_{machine}"


def pip_environment() -> dict[str, str]:
    """The environment of a pip that looks where the user says, and chooses as we say."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PIP_") or name in SOURCES
    }
