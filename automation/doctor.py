"""Say what this machine lacks, one line each: `python3 -m automation.doctor [python] [terraform]`.

It runs before anything is installed, and an old Python must be able to read it.
"""

import importlib.util
import platform
import sys

MINIMUM = (3, 11)
_CHECKS = ("python", "terraform")


def python_fault(version: "tuple[int, ...]") -> "str | None":
    """What is wrong with a version of Python."""
    if version >= MINIMUM:
        return None
    found = ".".join(str(part) for part in version[:3])
    return (
        f"Python {found} ({sys.executable}) is too old: install 3.11 or newer from "
        "https://www.python.org/downloads/ and name it: make PYTHON=python3.11"
    )


def venv_fault() -> "str | None":
    """What is wrong where a distribution ships Python without its `venv` module."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return None
    package = "python{}.{}-venv".format(*platform.python_version_tuple())
    return (
        f"Python's venv module is missing: install it (on Debian and Ubuntu: apt install {package})"
    )


def terraform_fault() -> "str | None":
    """What is wrong with Terraform; call it only on a Python that is new enough."""
    from automation import terraform  # noqa: PLC0415
    from automation.errors import UserError  # noqa: PLC0415

    try:
        terraform.find()
    except UserError as error:
        return str(error)
    return None


def faults(checks: "tuple[str, ...]") -> "list[str]":
    """Everything that is missing, each with how to get it."""
    too_old = python_fault(sys.version_info[:3])
    if too_old:
        return [too_old]
    found = [venv_fault() if "python" in checks else None]
    found.append(terraform_fault() if "terraform" in checks else None)
    return [fault for fault in found if fault]


def main() -> int:
    """Print what is missing; exit code 0 when nothing is, else 2."""
    found = faults(tuple(sys.argv[1:]) or _CHECKS)
    for fault in found:
        print(fault, file=sys.stderr)
    return 2 if found else 0


if __name__ == "__main__":
    sys.exit(main())
