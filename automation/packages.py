"""Installs packages of the system where it may, and says how where it may not.

It runs before anything is installed, and an old Python must be able to read it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from automation.programs import NEEDS, Need, System

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
