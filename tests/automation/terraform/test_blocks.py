"""Blocks of a list are told apart by what they are called before anything else is said of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.diff import ABSENT, Difference, both, canonical, compare, matched

A, B, C = ({"id": each, "days": 10 * n, "more": each} for n, each in enumerate("abc", start=1))


def differences(before: Any, after: Any, block: str = "rule") -> list[tuple[str, Any, Any]]:
    found = compare({block: before}, {block: after}, secret_before=False, secret_after=False)
    return [(each.attribute, each.old, each.new) for each in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [B, A], [("rule (order)", ["a", "b"], ["b", "a"])]),
        ([A], [B, A], [("rule[b]", None, B)]),
        ([A, B], [B], [("rule[a]", A, None)]),
        ([A, B], [B, {**A, "days": 9}], [("rule[a].days", 10, 9)]),
        ([A, B], [{**A, "id": "x"}, B], [("rule[x].id", "a", "x")]),
        ([A, B], [C, B], [("rule[a]", A, None), ("rule[c]", None, C)]),
        (
            [A],
            [C],
            [("rule[c].days", 10, 30), ("rule[c].id", "a", "c"), ("rule[c].more", "a", "c")],
        ),
    ],
)
def test_each_block_is_told_by_its_name(before: Any, after: Any, expected: Any) -> None:
    assert differences(before, after) == expected


def test_statements_of_a_policy_come_and_go() -> None:
    read = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject"}
    write = {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"]}
    assert differences([read], [write, read], "Statement") == [("Statement[Write]", None, write)]
    assert differences([read], [{**read, "Action": ["s3:GetObject"]}], "Statement") == []


def test_several_names_are_one_identity() -> None:
    one = {"namespace": "a", "name": "x", "value": "1"}
    other = {"namespace": "b", "name": "x", "value": "1"}
    assert differences([one, other], [other, {**one, "value": "2"}], "setting") == [
        ("setting[a/x].value", "1", "2")
    ]


def test_a_secret_names_no_block() -> None:
    before, after = {"user": [{"name": "hunter2"}]}, {"user": [{"name": "hunter2"}, {"name": "h3"}]}
    marks = {"user": [{"name": True}, {"name": True}]}
    found = compare(before, after, secret_before=marks, secret_after=marks)
    assert "hunter2" not in str(found)
    assert "h3" not in str(found)


BLOCKS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abcdef")},
        optional={
            "days": st.integers(1, 3),
            "on": st.booleans(),
            "in": st.lists(st.integers(1, 3)),
        },
    ),
    max_size=5,
    unique_by=lambda each: each["id"],
)


@given(BLOCKS, BLOCKS, st.randoms(use_true_random=False))
def test_the_order_of_blocks_changes_no_pair(before: Any, after: Any, random: Any) -> None:
    mixed = list(after)
    random.shuffle(mixed)

    def pairs(new: Any) -> Any:
        found = [(str(each.old), str(each.new)) for each in matched(before, new, "rule")]
        return sorted("absent" if "_Absent" in side else side for pair in found for side in pair)

    assert pairs(after) == pairs(mixed)


@given(BLOCKS, BLOCKS)
def test_every_block_is_in_one_pair(before: Any, after: Any) -> None:
    for block in ("rule", "anything", "ingress"):
        found = matched(before, after, block)
        assert [each.old for each in found if each.old is not ABSENT] == before
        assert len([each for each in found if each.new is not ABSENT]) == len(after)


@given(BLOCKS, st.randoms(use_true_random=False))
def test_what_is_the_same_in_another_order_is_the_same(blocks: Any, random: Any) -> None:
    mixed = [dict(reversed(each.items())) for each in blocks]
    random.shuffle(mixed)
    assert canonical(blocks) == canonical(mixed)
    assert canonical({"a": None, "b": [1]}) == canonical({"b": [1], "c": ""})


def test_what_is_at_a_path_is_paired_block_by_block() -> None:
    old = {"rule": [{"id": "a", "on": [{"x": 1}]}, {"id": "b", "on": [{"x": 2}]}]}
    new = {"rule": [{"id": "b", "on": [{"x": 3}]}, {"id": "c.d", "on": [{"x": 4}]}]}
    found = list(both(old, new, "rule.on.x"))
    assert found == [(1, ABSENT), (2, 3), (ABSENT, 4)]
    assert list(both(old, new, "rule[c.d].on.x")) == [(ABSENT, 4)]
    assert list(both({}, {"on": [{"x": 1}]}, "on.x")) == [(None, 1)]
    assert list(both({"on": [{"x": 1}]}, {"on": []}, "on.x")) == [(1, None)]
    assert Difference("a", 1, 2).old == 1
