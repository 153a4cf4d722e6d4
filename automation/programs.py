"""Programs that Terrace needs: which, how each system installs them, in which environment they run.

It is read before anything is installed, and an old Python must be able to.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# Where root's PATH leads, where Fedora keeps servers, and where Macs keep programs.
FOLDERS = (
    "/usr/local/sbin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/bin",
    "/usr/libexec",
    "/opt/homebrew/bin",
    "/Applications/Google Chrome.app/Contents/MacOS",
)
OS_RELEASE = Path("/etc/os-release")


class Need(NamedTuple):
    """There when of each of `programs` one is; packages are by system, else by manager."""

    name: "str"
    programs: "tuple[tuple[str, ...], ...]"
    packages: "dict[str, str]"

    def missing(self) -> "list[str]":
        """Its programs that are not there, by the name that comes first."""
        return [names[0] for names in self.programs if find(*names) is None]


class System(NamedTuple):
    """An operating system, and the program that installs packages there, if it is a known one."""

    name: "str"
    manager: "str | None"

    def packages(self, need: "Need") -> "str":
        """What to install for a need; empty where the system has no such thing."""
        return need.packages.get(self.name, need.packages.get(self.manager or "", ""))


MARIADB = Need(
    "MariaDB",
    (("mariadbd",), ("mariadb-install-db",), ("mariadb",)),
    {
        "apt": "mariadb-server-core mariadb-client-core",
        "dnf": "mariadb-server mariadb",
        "brew": "mariadb",
    },
)
CHROMIUM = Need(
    "Chromium",
    (
        (
            "chromium-headless-shell",
            "chromium",
            "chromium-browser",
            "google-chrome",
            "Google Chrome",
        ),
    ),
    # Ubuntu has it as a snap only, which sees no temporary files; Red Hat has none.
    {
        "apt": "chromium-headless-shell",
        "Ubuntu": "",
        "dnf": "chromium",
        "Red Hat": "",
        "brew": "google-chrome",
    },
)
CLOUD_INIT = Need("cloud-init", (("cloud-init",),), {"apt": "cloud-init", "dnf": "cloud-init"})
SYSTEMD = Need("systemd", (("systemd-analyze",),), {"apt": "systemd", "dnf": "systemd"})
GIT = Need("Git", (("git",),), {"apt": "git", "dnf": "git", "brew": "git"})
# Instances have it, and boot with it.
CURL = Need("curl", (("curl",),), {"apt": "curl", "dnf": "curl", "brew": "curl"})
# What asks for them, in the words of who is told.
NEEDS = {"app": (MARIADB,), "tests": (CHROMIUM, CLOUD_INIT, CURL, GIT, MARIADB, SYSTEMD)}


def find(*names: "str") -> "str | None":
    """The path of the first of these programs that is there."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *FOLDERS))
    found = (shutil.which(name, path=path) for name in names)
    return next((each for each in found if each), None)


def system() -> "System":
    """The system that this is."""
    if platform.system() == "Darwin":
        return System("macOS", "brew")
    try:
        lines = OS_RELEASE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return System(platform.system(), None)
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    values = {key: value.strip("\"'") for key, value in pairs.items()}
    kin = {values.get("ID"), *values.get("ID_LIKE", "").split()}
    for id_, known in (
        ("ubuntu", System("Ubuntu", "apt")),
        ("debian", System("Debian", "apt")),
        ("rhel", System("Red Hat", "dnf")),
    ):
        if id_ in kin:
            return known
    if values.get("ID") == "fedora":
        return System("Fedora", "dnf")
    return System(values.get("NAME", platform.system()), None)


_INSTALL = {
    "apt": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "brew": "brew install",
}
# Another installation may be running; wait for it.
_APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300")


def provide(use: "str", system: "System", *, allowed: "bool" = True) -> "str | None":
    """Install what a key of `NEEDS` lacks, if that is allowed; what is wrong afterwards."""
    lacking = [need for need in NEEDS[use] if need.missing()]
    absent = [need.name for need in lacking if system.manager and not system.packages(need)]
    if absent and _in_ci():
        return f"{system.name} has no package of {', '.join(absent)}, and in CI no test is skipped"
    for name in absent:
        _tell(f"{system.name} has no package of {name}: tests that need it are skipped")
    lacking = [need for need in lacking if need.name not in absent]
    packages = " ".join(system.packages(need) for need in lacking).split()
    if packages and allowed and may_install(system):
        fault = install(packages, f"for the {use}")
        lacking = [need for need in lacking if need.missing()]
        if fault or not lacking:
            return fault
    if not lacking:
        return None
    programs = ", ".join(program for need in lacking for program in need.missing())
    return f"missing for the {use}: {programs}; {remedy(lacking, system)}"


def may_install(system: "System") -> "bool":
    """Root may, and whoever is in CI, on a system that has apt-get."""
    return system.manager == "apt" and bool(shutil.which("apt-get")) and (_is_root() or _in_ci())


def install(packages: "list[str]", why: "str") -> "str | None":
    """Have apt-get install packages; what went wrong, if anything did."""
    _tell(f"installing {' '.join(packages)} {why}")
    # In CI there is nobody to ask, and no password: sudo ends at once if it wants one.
    by = () if _is_root() else ("sudo", "-n")
    environ = ("env", "DEBIAN_FRONTEND=noninteractive")
    arguments = ("install", "-y", "--no-install-recommends", *packages)
    try:
        # One source of many may be out of reach: the installation tells whether that matters.
        _run(*by, *environ, *_APT, "update")
        done = _run(*by, *environ, *_APT, *arguments)
    except OSError as error:
        return f"{' '.join(packages)} cannot be installed: {error}"
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines() or [f"code {done.returncode}"]
    return f"apt-get could not install {' '.join(packages)}: {said[-1]}"


def remedy(needs: "Sequence[Need]", system: "System") -> "str":
    """What the user does to have what is needed: one command where the system is a known one."""
    packages = " ".join(system.packages(need) for need in needs)
    if system.manager is None or not packages:
        return f"install {', '.join(need.name for need in needs)}"
    by = "sudo " if system.manager != "brew" and not _is_root() else ""
    return f"run {by}{_INSTALL[system.manager]} {packages}"


def _run(*arguments: "str") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        arguments,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _tell(line: "str") -> "None":
    print(line, file=sys.stderr, flush=True)


def _is_root() -> "bool":
    return os.geteuid() == 0


def _in_ci() -> "bool":
    return bool(os.environ.get("CI"))


# `python -P` finds no module beside the program or in the folder that it runs in.
_PYTHON = ("PYTHONSAFEPATH",)
# A hook has them, and they name its own repository, of whatever folder git is asked.
# https://git-scm.com/docs/git-rev-parse#Documentation/git-rev-parse.txt---local-env-vars
_GIT = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)


def for_python(environ: "Mapping[str, str]" = os.environ) -> "dict[str, str]":
    """The environment of a Python program that finds its modules where it is run."""
    return _without(environ, _PYTHON)


def for_git(environ: "Mapping[str, str]" = os.environ) -> "dict[str, str]":
    """The environment in which git finds the repository that a folder is in."""
    return _without(environ, _GIT)


def _without(environ: "Mapping[str, str]", names: "tuple[str, ...]") -> "dict[str, str]":
    return {name: value for name, value in environ.items() if name not in names}
