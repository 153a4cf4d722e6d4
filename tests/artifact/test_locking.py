"""The command that locks a Python application is that of the tool that its directory is from."""

import pytest

from artifact.locking import remedy

UV = "`uv export --format requirements-txt --no-dev --no-emit-project -o requirements.txt`"
PIP_COMPILE = "`pip-compile --generate-hashes -o requirements.txt "


@pytest.mark.parametrize(
    ("there", "command"),
    [
        (("uv.lock", "pyproject.toml", "requirements.txt"), UV),
        (("poetry.lock", "pyproject.toml"), "`poetry export -o requirements.txt`"),
        (("Pipfile.lock",), "`pipenv requirements --hash > requirements.txt`"),
        (("pyproject.toml",), f"{UV}, or {PIP_COMPILE}pyproject.toml`"),
        (("requirements.in", "pyproject.toml"), f"{PIP_COMPILE}requirements.in`, or `uv pip "),
        (("requirements.txt",), f"`mv requirements.txt requirements.in`, then {PIP_COMPILE}"),
        ((), PIP_COMPILE),
    ],
)
def test_a_command_is_that_of_the_tool(there: tuple[str, ...], command: str) -> None:
    assert remedy(there.__contains__).startswith(command)
