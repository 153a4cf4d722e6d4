import copy
from pathlib import Path
from typing import Any

import pytest

from automation.errors import UserError
from automation.preview.synthesis import Comparison
from automation.terraform.stacks import Stack
from config import load
from tests.automation.terraform import tiny

Stacks = dict[str, Stack]
RANGE = ">= 6.0.0, < 7.0.0"


@pytest.fixture
def base(tmp_path: Path) -> Stacks:
    return {stack.name: stack for stack in tiny.write(tmp_path / "base", load("dev").naming)}


@pytest.fixture
def head(tmp_path: Path) -> Stacks:
    return {stack.name: stack for stack in tiny.write(tmp_path / "head", load("dev").naming)}


def compare(base: Stacks, head: Stacks, *, same_providers: bool = True) -> Comparison:
    return Comparison(base, head, same_providers=same_providers)


def test_stacks_are_new_gone_or_changed(base: Stacks, head: Stacks) -> None:
    base["old"] = head["new"] = base["dns"]
    head["storage"].content["resource"]["aws_s3_bucket"]["assets"]["force_destroy"] = False
    found = compare(base, head)
    assert found.changed == {"storage", "new"}
    assert found.gone == {"old"}


def test_what_cdktf_notes_for_itself_is_no_change(base: Stacks, head: Stacks) -> None:
    note: dict[str, Any] = {"metadata": {"path": "elsewhere"}}
    head["dns"].content["//"] = note
    head["dns"].content["resource"]["aws_ssm_parameter"]["zone"]["//"] = note
    assert compare(base, head).changed == frozenset()


def test_a_range_matters_where_it_brings_another_provider(base: Stacks, head: Stacks) -> None:
    head["dns"].content["terraform"]["required_providers"]["aws"]["version"] = RANGE
    assert compare(base, head).changed == frozenset()
    assert compare(base, head, same_providers=False).changed == {"dns"}


def test_a_stack_is_fed_by_outputs_that_are_written_otherwise(base: Stacks, head: Stacks) -> None:
    assert not compare(base, head).changes_inputs_of("security", "dns")
    head["security"].content["output"]["unread"] = {"value": "x"}
    assert not compare(base, head).changes_inputs_of("security", "dns")
    head["security"].content["output"]["place"] = {"value": "x"}
    assert compare(base, head).changes_inputs_of("security", "dns")
    assert compare(base, head).read("security", "dns") == {"place"}
    del base["security"]
    assert compare(base, head).changes_inputs_of("security", "dns")


@pytest.mark.parametrize("part", ["bucket", "key", "region"])
def test_a_state_that_moves_is_refused(base: Stacks, head: Stacks, part: str) -> None:
    moved = copy.deepcopy(head["dns"].content)
    moved["terraform"]["backend"]["s3"][part] = "elsewhere"
    head["dns"].content.update(moved)
    with pytest.raises(UserError, match=r"the state of dns is kept in s3://.*elsewhere"):
        compare(base, head).refuse_moved_states()
