"""Say what this machine lacks, one line each: `python3 -m automation.doctor [check ...]`.

Checks are `python`, `terraform`, and what `make app` (`app`) and `make test` (`tests`) need of
the system besides. It runs before anything is installed, and an old Python must be able to read it.
"""

import importlib
import importlib.util
import os
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
    from automation import programs as programs_module  # noqa: PLC0415

    if _has_venv():
        return None
    package = "python{}.{}-venv".format(*platform.python_version_tuple())
    if programs_module.may_install(programs_module.system()):
        fault = programs_module.install([package], "for Python's venv module")
        importlib.invalidate_caches()
        if fault or _has_venv():
            return fault
    return (
        f"Python's venv module is missing: install it (on Debian and Ubuntu: apt install {package})"
    )


def terraform_fault() -> "str | None":
    """What is wrong with Terraform; call it only on a Python that is new enough."""
    from automation.errors import UserError  # noqa: PLC0415
    from automation.terraform import program  # noqa: PLC0415

    try:
        found = program.find()
    except UserError as error:
        return str(error)
    if found.product is not program.TERRAFORM:
        print(
            f"{found.label} ({found.program}) takes the place of Terraform; Terrace was never run "
            "with a real one: docs/leaving-cdktf.md says what is known",
            file=sys.stderr,
        )
    return None


def framework_fault() -> "str | None":
    """What is wrong with the framework that is asked for; says so where it is not CDKTF."""
    from automation import PROJECT  # noqa: PLC0415
    from bindings import framework  # noqa: PLC0415

    try:
        found = framework.wanted(PROJECT / "Pipfile")
    except framework.FrameworkError as error:
        return str(error)
    if found != framework.CDKTF:
        print(
            f"{found.name} takes the place of cdktf: docs/leaving-cdktf.md says what changes",
            file=sys.stderr,
        )
    return None


def system_fault(use: "str", *, install: "bool") -> "str | None":
    """What the system lacks for a use, after an installation where that is possible."""
    from automation import programs as programs_module  # noqa: PLC0415

    # The application then has the user's database.
    if use == "app" and os.environ.get("DATABASE_URL"):
        return None
    return programs_module.provide(use, programs_module.system(), allowed=install)


def faults(checks: "tuple[str, ...]") -> "list[str]":
    """Everything that is missing, each with how to get it."""
    too_old = python_fault(sys.version_info[:3])
    if too_old:
        return [too_old]
    found = [terraform_fault() if "terraform" in checks else None]
    found.append(venv_fault() if "python" in checks else None)
    found.append(framework_fault() if "python" in checks else None)
    # Nothing is installed for what cannot go on anyway.
    well = not any(found)
    found += [system_fault(use, install=well) for use in ("app", "tests") if use in checks]
    return [fault for fault in found if fault]


def main() -> int:
    """Print what is missing; exit code 0 when nothing is, else 2."""
    found = faults(tuple(sys.argv[1:]) or _CHECKS)
    for fault in found:
        print(fault, file=sys.stderr)
    return 2 if found else 0


def _has_venv() -> "bool":
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


if __name__ == "__main__":
    sys.exit(main())
