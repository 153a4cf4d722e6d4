"""A version is raised in an environment's file, and nothing else changes in it."""

import tomllib
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.rotate import SettingsFile
from config.environments import ENVIRONMENTS


def raised(tmp_path: Path, text: str) -> str:
    file = tmp_path / "prod.toml"
    file.write_bytes(text.encode())
    settings = SettingsFile(file, table="application", key="origin_secret_version")
    settings.write(7)
    written = file.read_bytes().decode()
    settings.restore()
    assert file.read_bytes().decode() == text
    return written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "[application]\norigin_secret_version = 6 # monthly\nport = 1\n",
            "[application]\norigin_secret_version = 7 # monthly\nport = 1\n",
        ),
        (
            "# origin_secret_version = 6\napplication.origin_secret_version=6",
            "# origin_secret_version = 6\napplication.origin_secret_version=7",
        ),
        (
            "application = { origin_secret_version = 6, port = 1 }\n",
            "application = { origin_secret_version = 7, port = 1 }\n",
        ),
        (
            "[application] # ours\r\nport = 1\r\n",
            "[application] # ours\r\norigin_secret_version = 7\r\nport = 1\r\n",
        ),
        (
            "[application.app]\ndirectory = 'a'",
            "[application.app]\ndirectory = 'a'\n\n[application]\norigin_secret_version = 7\n",
        ),
        (
            "application.port = 1\n[edge]\n",
            "application.origin_secret_version = 7\napplication.port = 1\n[edge]\n",
        ),
        (
            "[application.app.variables]\norigin_secret_version = '6'\n[application]\n",
            "[application.app.variables]\norigin_secret_version = '6'\n[application]\n"
            "origin_secret_version = 7\n",
        ),
    ],
)
def test_the_rest_stays_as_it_is_written(tmp_path: Path, before: str, after: str) -> None:
    assert raised(tmp_path, before) == after


@pytest.mark.parametrize("name", ["dev", "options", "prod", "staging"])
def test_each_environment_can_be_rotated(tmp_path: Path, name: str) -> None:
    text = (ENVIRONMENTS / f"{name}.toml").read_text()
    changed = tomllib.loads(raised(tmp_path, text))
    expected = tomllib.loads(text)
    expected.setdefault("application", {})["origin_secret_version"] = 7
    assert changed == expected


def test_what_cannot_be_raised_alone_is_left_to_its_author(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        raised(tmp_path, "application = { port = 1 }\n")
    assert str(refusal.value) == (
        "prod.toml is written in a way that rotate does not know: set "
        "application.origin_secret_version = 7 in it, and run `deploy`"
    )
    assert (tmp_path / "prod.toml").read_text() == "application = { port = 1 }\n"
