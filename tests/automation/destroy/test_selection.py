from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.aws.states import Lock, StackStatus
from automation.destroy.preconditions import check_locks, select
from automation.errors import UserError
from automation.terraform.stacks import in_order, reverse

GRAPH = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "database": frozenset({"network", "security"}),
    "edge": frozenset({"network"}),
}
SUBSETS = st.sets(st.sampled_from(list(GRAPH)))


@given(SUBSETS, SUBSETS)
def test_nothing_is_destroyed_unnamed_nor_before_what_needs_it(
    tiers: AbstractSet[str], deployed: AbstractSet[str]
) -> None:
    try:
        chosen = select(GRAPH, tiers, deployed, environment="dev")
    except UserError:
        return
    assert set(chosen) == tiers & deployed
    order = in_order(chosen)
    for name in order:
        still_there = deployed - set(order[: order.index(name)])
        assert not reverse(GRAPH)[name] & still_there


def test_what_others_need_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        select(GRAPH, ["network"], GRAPH, environment="dev")
    assert str(caught.value) == (
        "database, edge cannot do without network: name them, too: "
        "`python -m automation destroy network database edge --env dev`"
    )


def test_what_needs_it_only_through_a_stack_that_is_gone_counts() -> None:
    with pytest.raises(UserError, match="edge cannot do without security"):
        select(GRAPH, ["security"], ["security", "edge"], environment="dev")


def test_a_stack_that_somebody_works_on_is_refused() -> None:
    lock = Lock("f5a3", "ann@laptop", "OperationTypeApply", "2026-11-23T12:00:00Z")
    stacks = [StackStatus(stack="edge", lock=lock), StackStatus(stack="network")]
    check_locks(stacks, ["network"], environment="dev")
    with pytest.raises(UserError) as caught:
        check_locks(stacks, ["network", "edge"], environment="dev")
    assert str(caught.value) == (
        "locked: edge by ann@laptop since 2026-11-23T12:00:00Z: wait for that to end; if it was "
        "killed, remove the lock with `python -m automation deploy --unlock edge --env dev`"
    )
