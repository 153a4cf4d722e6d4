"""Whatever somebody writes as settings is accepted or answered, and what is accepted holds."""

import os
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError, Settings, load, parse
from tests.config import as_toml, generated

# HYPOTHESIS_PROFILE=thorough looks at thousands, other ones each time.
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def hundreds(count: int) -> hypothesis.settings:
    """So many examples for the gate, always the same; else new ones, fifty times as many."""
    return hypothesis.settings(
        max_examples=count * 50 if THOROUGH else count,
        derandomize=not THOROUGH,
        database=None,
    )


# Reaches Terraform as a literal (modules/literal.py), or not at all.
LITERAL = (
    "application.app.variables",
    "application.app.directory",
    "database.restore.checks.sql",
    "database.restore.checks.expect",
)


def answered(make: Any) -> Settings | None:
    """What was accepted; a refusal is looked at for what a person can do with it."""
    try:
        settings: Settings = make()
    except ConfigError as error:
        for fault in error.faults:
            assert fault.key
            assert fault.remedy
            assert str(fault).isprintable(), repr(str(fault))
            assert len(str(fault)) < 2000
        return None
    return settings


@hundreds(200)
@given(raw=generated.settings())
def test_settings_are_accepted_or_answered_and_a_file_says_what_its_values_say(
    tmp_path_factory: pytest.TempPathFactory, raw: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "gen.toml").write_text(as_toml.toml(raw), encoding="utf-8", newline="")
    assert answered(lambda: load("gen", folder)) == answered(lambda: parse(raw, "gen", "x"))


@hundreds(200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_whatever_is_in_a_file_is_answered(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "gen.toml").write_bytes(content)
    answered(lambda: load("gen", folder))


@hundreds(50)
@given(generated.accepted())
def test_what_is_refused_can_be_taken_out(settings: Settings) -> None:
    assert parse(_plain(settings), "gen", "gen.toml") == settings


def _plain(settings: Settings) -> dict[str, Any]:
    dumped: dict[str, Any] = settings.model_dump(
        mode="json", exclude={"environment"}, exclude_none=True
    )
    return dumped


def test_every_number_list_and_table_has_bounds() -> None:
    unbounded = [path for path, field in generated.fields() if not generated.bounded(field)]
    assert unbounded == []


def test_no_text_reaches_terraform_as_an_expression() -> None:
    """At no place of a valid text is there room for what Terraform or CDKTF would resolve."""
    for path, field in generated.texts():
        fits, example = generated.fits(field), generated.example(field)
        assert fits(example), path
        for place in range(len(example) + 1):
            for piece in ("${a.b}", "%{ if a }", "${TfToken[TOKEN.0]}"):
                hostile = example[:place] + piece + example[place:]
                assert path in LITERAL or not fits(hostile), (path, hostile)
