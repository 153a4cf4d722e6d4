"""What the user's environment must not decide for the programs that Terrace runs."""

import os
from collections.abc import Mapping

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


def for_python(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a Python program that finds its modules where it is run."""
    return _without(environ, _PYTHON)


def for_git(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which git finds the repository that a folder is in."""
    return _without(environ, _GIT)


def _without(environ: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in names}
