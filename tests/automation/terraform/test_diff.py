from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.diff import MASK, Difference, compare

SCALARS = st.none() | st.integers(1, 9) | st.text("abc", min_size=1, max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("xyz", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def plain(before: Any, after: Any) -> list[Difference]:
    return compare(before, after, secret_before=False, secret_after=False)


@given(VALUES)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert plain(value, value) == []


@given(VALUES, VALUES)
def test_either_both_ways_differ_or_none(before: Any, after: Any) -> None:
    there, back = plain(before, after), plain(after, before)
    assert bool(there) == bool(back)


@given(st.dictionaries(st.sampled_from("abcd"), VALUES), st.sampled_from("abcd"))
def test_a_secret_is_never_told(values: dict[str, Any], name: str) -> None:
    secret = {name: True}
    old, new = {**values, name: "hunter2"}, {**values, name: ["hunter3"]}
    found = compare({"in": [old]}, {"in": [new]}, secret_before={"in": [secret]}, secret_after={})
    assert "hunter2" not in str(found)
    found = compare(old, new, secret_before=secret, secret_after=secret)
    assert found == [Difference(name, MASK, MASK)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", 2, 3)]),
        ({"tags": {}}, {"tags": {"me": "x"}}, [("tags.me", None, "x")]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("a.b", 1, 2)]),
        ({"a": [1, 2]}, {"a": [2, 3, 4]}, [("a", [1], [3, 4])]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 9}]}, [("a[1].b", 2, 9)]),
        ({"a": [1, 2]}, {"a": [2, 1]}, [("a", [1, 2], [2, 1])]),
        ({"a": [1]}, {"a": 1}, [("a", [1], 1)]),
        ({"a": False}, {"a": True}, [("a", False, True)]),
    ],
)
def test_the_path_and_both_values(before: Any, after: Any, expected: Any) -> None:
    assert plain(before, after) == [Difference(*each) for each in expected]


@pytest.mark.parametrize("empty", ["", [], {}, 0, False])
def test_null_and_empty_are_the_same_at_any_depth(empty: Any) -> None:
    assert plain({"a": None}, {"a": empty}) == []
    assert plain({"a": [{"b": empty}, {"c": 1}]}, {"a": [{"b": None}, {"c": 1}]}) == []


def test_secrets_inside_a_list_that_grew_are_masked() -> None:
    found = compare(
        {"users": [{"password": "hunter1"}]},
        {"users": [{"password": "hunter2"}, {"password": "hunter3"}]},
        secret_before={"users": [{"password": True}]},
        secret_after={"users": [{"password": True}, {"password": True}]},
    )
    masked = {"password": MASK}
    assert found == [Difference("users", [masked], [masked, masked])]
