"""One tree and three sets of bindings give the same stacks, but for what CDKTN writes otherwise.

docs/leaving-cdktf.md has the same three kinds of difference.
"""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bindings import environments
from tests.bindings.others import Files, as_cdktn_has_it, synthesized
from tests.conftest import ENVIRONMENTS, OPTIONS

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal]
DNS = "stacks/dns/cdk.tf.json"
Synthesize = Callable[[Path | None, str], Files]


@pytest.fixture(scope="module")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """What the bindings that a file names make of an environment, once; None is the lock's."""

    @cache
    def python(requirements: Path | None) -> Path:
        if requirements is None:
            return Path(sys.executable)
        return environments.create(requirements, tmp_path_factory.mktemp("python") / "venv")

    @cache
    def files(requirements: Path | None, environment: str) -> Files:
        output = tmp_path_factory.mktemp(environment) / "out"
        return synthesized(python(requirements), environment, output)

    return files


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, OPTIONS])
def test_the_bindings_of_provider_5_give_the_same_bytes(
    synthesize: Synthesize, environment: str
) -> None:
    found = synthesize(environments.PROVIDER_5, environment)
    assert DNS in found
    assert found == synthesize(None, environment)


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, OPTIONS])
def test_cdktn_differs_in_three_ways(synthesize: Synthesize, environment: str) -> None:
    found = synthesize(environments.CDKTN, environment)
    ours = synthesize(None, environment)
    assert found != ours
    assert found == as_cdktn_has_it(ours)


def _value(stack: str) -> str:
    return stack.replace('"hashicorp/aws"', '"hashicorp/awscc"')


def _kind(stack: str) -> str:
    return stack.replace('"encrypt": true', '"encrypt": "true"')


def _order(stack: str) -> str:
    content = json.loads(stack)
    return json.dumps(dict(reversed(content.items())), indent=2, ensure_ascii=False)


def _empty(stack: str) -> str:
    return json.dumps({**json.loads(stack), "locals": {}}, indent=2, ensure_ascii=False)


def _space(stack: str) -> str:
    return stack + "\n"


@pytest.mark.parametrize("change", [_value, _kind, _order, _empty, _space])
def test_a_fourth_difference_is_found(synthesize: Synthesize, change: Callable[[str], str]) -> None:
    found = synthesize(environments.CDKTN, "dev")
    stack = found[DNS].decode()
    assert change(stack) != stack
    assert {**found, DNS: change(stack).encode()} != as_cdktn_has_it(synthesize(None, "dev"))
    assert found == as_cdktn_has_it(synthesize(None, "dev"))
