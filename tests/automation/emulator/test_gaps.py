from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.emulator import gaps
from automation.emulator.gaps import AttributeChange, Gap

WARMUP = Gap("aws_autoscaling_group", "launch_template.version", "forgotten")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def plan(
    before: Any,
    after: Any,
    *,
    unknown: Any = None,
    actions: tuple[str, ...] = ("update",),
) -> dict[str, Any]:
    change = {
        "actions": list(actions),
        "before": before,
        "after": after,
        "after_unknown": unknown or {},
    }
    kind = "aws_autoscaling_group"
    return {"resource_changes": [{"address": f"{kind}.it", "type": kind, "change": change}]}


def without_nulls(value: Any) -> Any:
    """To Terraform, an attribute that is null is one that is not there."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def attributes(of: dict[str, Any]) -> list[str]:
    return [change.attribute for change in gaps.changes(of)]


@pytest.mark.parametrize(
    ("before", "after", "unknown", "expected"),
    [
        ({"name": "a"}, {"name": "b"}, {}, ["name"]),
        ({"name": "a"}, {"name": "a"}, {}, []),
        ({"arn": "x"}, {}, {"arn": True}, ["arn"]),
        ({"block": [{"a": 1, "b": 1}]}, {"block": [{"a": 1, "b": 2}]}, {}, ["block.b"]),
        ({"block": [{"v": "1"}]}, {"block": [{}]}, {"block": [{"v": True}]}, ["block.v"]),
        ({"block": []}, {"block": [{"a": 1}]}, {}, ["block"]),
        ({"tags": {"x": "1"}}, {"tags": {"x": "1", "y": "2"}}, {}, ["tags.y"]),
        ({"block": [{"a": 1}, {"a": 2}]}, {"block": [{"a": 3}, {"a": 4}]}, {}, ["block.a"]),
        ({"gone": "x"}, {"gone": None}, {}, ["gone"]),
    ],
)
def test_changed_attributes_have_paths_without_indexes(
    before: Any, after: Any, unknown: Any, expected: list[str]
) -> None:
    assert attributes(plan(before, after, unknown=unknown)) == expected


@pytest.mark.parametrize("actions", [("create",), ("delete",), ("delete", "create")])
def test_no_gap_explains_a_resource_that_comes_or_goes(actions: tuple[str, ...]) -> None:
    everything = Gap("aws_autoscaling_group", "", "all of it")
    verdict = gaps.judge(plan(None, {"name": "b"}, actions=actions), [WARMUP, everything])
    assert verdict.unexplained == (
        AttributeChange("aws_autoscaling_group.it", "aws_autoscaling_group", gaps.WHOLE),
    )


def test_a_gap_explains_its_attribute_of_its_type_and_what_is_inside_it() -> None:
    before = {"launch_template": [{"version": "1"}], "min_size": 1}
    after = {"launch_template": [{"version": "2"}], "min_size": 2}
    verdict = gaps.judge(plan(before, after), [WARMUP])
    assert [change.attribute for change in verdict.explained] == ["launch_template.version"]
    assert [change.attribute for change in verdict.unexplained] == ["min_size"]
    whole = Gap("aws_autoscaling_group", "launch_template", "all of it")
    assert gaps.judge(plan(before, after), [whole]).used == {whole}
    for other in (Gap("aws_lb", "launch_template", "-"), Gap(whole.type, "launch", "-")):
        assert not gaps.judge(plan(before, after), [other]).explained


def test_a_changed_output_needs_an_explanation_too() -> None:
    changed = {"output_changes": {"url": {"actions": ["update"]}, "id": {"actions": ["no-op"]}}}
    assert gaps.judge(changed, []).unexplained == (AttributeChange("output.url", "output", "url"),)


def test_gaps_that_explain_nothing_anywhere_are_found() -> None:
    changed = plan({"launch_template": [{"version": "1"}]}, {"launch_template": []})
    inside = gaps.judge(changed, [WARMUP])
    other = Gap("aws_lb", "name", "forgotten")
    assert gaps.unused([WARMUP, other], [inside]) == (WARMUP, other)
    version = plan({"launch_template": [{"version": "1"}]}, {"launch_template": [{"version": "2"}]})
    assert gaps.unused([WARMUP, other], [inside, gaps.judge(version, [WARMUP])]) == (other,)


@given(VALUES)
def test_what_is_equal_is_no_change(value: Any) -> None:
    assert attributes(plan({"it": value}, {"it": value})) == []


@given(VALUES, VALUES)
def test_what_differs_is_a_change_that_is_explained_or_not_but_never_lost(
    before: Any, after: Any
) -> None:
    found = list(gaps.changes(plan({"it": before}, {"it": after})))
    assert bool(found) == (without_nulls(before) != without_nulls(after))
    for known in ((), (Gap("aws_autoscaling_group", "it", "forgotten"),)):
        verdict = gaps.judge(plan({"it": before}, {"it": after}), known)
        assert sorted([*verdict.explained, *verdict.unexplained]) == sorted(found)
        assert not verdict.explained or known


def test_every_listed_gap_says_why_and_is_listed_once() -> None:
    listed = gaps.load()
    assert all(len(gap.reason) > 20 for gap in listed)
    assert len({(gap.type, gap.attribute) for gap in listed}) == len(listed)
