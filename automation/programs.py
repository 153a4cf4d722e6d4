"""The programs that Terrace needs besides Python and Terraform, and how each system gets them.

The one list of them. It is read before anything is installed, and an old Python must be able to.
"""

import os
import platform
import shutil
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
