"""Which command locks the packages of a Python application, by what its tools have left there."""

from collections.abc import Callable

REQUIREMENTS = "requirements.txt"
PROJECT = "pyproject.toml"
_SOURCE = "requirements.in"
_UV = "`uv export --format requirements-txt --no-dev --no-emit-project -o requirements.txt`"
_PIP_COMPILE = "`pip-compile --generate-hashes -o requirements.txt {}`"


def remedy(there: Callable[[str], bool]) -> str:
    """What to run in a directory for a `requirements.txt` with every version and its hashes.

    `there` says of a name whether the directory has such a file.
    """
    found = (command for name, command in _BY_FILE.items() if there(name))
    first = f"`mv {REQUIREMENTS} {_SOURCE}`, then " if there(REQUIREMENTS) else ""
    return next(found, f"{first}{_BY_FILE[_SOURCE]}")


# The first that is there counts: a lock file before what it was made from.
_BY_FILE = {
    "uv.lock": _UV,
    "poetry.lock": "`poetry export -o requirements.txt`",
    "Pipfile.lock": "`pipenv requirements --hash > requirements.txt`",
    _SOURCE: f"{_PIP_COMPILE.format(_SOURCE)}, or `uv pip compile --generate-hashes {_SOURCE} "
    f"-o {REQUIREMENTS}`",
    PROJECT: f"{_UV}, or {_PIP_COMPILE.format(PROJECT)}",
}
