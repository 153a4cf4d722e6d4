"""What the settings accept, CDKTF synthesizes and Terraform accepts."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from cdktf import App
from hypothesis import given

from automation.errors import CommandError, UserError
from automation.synth.validation import Validator
from automation.terraform import program
from automation.terraform.stacks import read
from config import Settings
from stacks.platform import Platform
from tests.config import generated
from tests.config.test_properties import THOROUGH
from tests.conftest import small_release

SYNTHESIZED, VALIDATED = (60, 30) if THOROUGH else (5, 2)


@cache
def unusual() -> list[Settings]:
    """Those of many accepted settings that say most; the same ones each time in the gate."""
    found: list[Settings] = []

    @hypothesis.settings(
        max_examples=SYNTHESIZED * 10,
        derandomize=not THOROUGH,
        database=None,
    )
    @given(generated.accepted())
    def collect(settings: Settings) -> None:
        found.append(settings)

    collect()
    return sorted(found, key=lambda each: len(each.model_dump_json(exclude_defaults=True)))


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Where the n-th of them is synthesized to."""

    @cache
    def synthesized(number: int) -> Path:
        output = tmp_path_factory.mktemp("accepted")
        app = App(outdir=str(output))
        Platform(app, settings=unusual()[-1 - number], release=small_release())
        app.synth()
        return output

    return synthesized


@pytest.mark.parametrize("number", range(SYNTHESIZED))
def test_accepted_settings_are_synthesized(number: int, output: Callable[[int], Path]) -> None:
    assert read(output(number)), unusual()[-1 - number].model_dump_json(exclude_defaults=True)


@pytest.mark.terraform
@pytest.mark.slow
@pytest.mark.parametrize("number", range(VALIDATED))
def test_terraform_accepts_accepted_settings(number: int, output: Callable[[int], Path]) -> None:
    stacks = read(output(number))
    try:
        validator = Validator(program.find(), stacks)
    except (UserError, CommandError) as error:
        pytest.skip(str(error))
    complaints = [
        complaint
        for verdict in validator.each(stacks, f"test-accepted-{number}")
        for complaint in verdict.complaints
    ]
    settings = json.loads(unusual()[-1 - number].model_dump_json(exclude_defaults=True))
    assert complaints == [], settings
