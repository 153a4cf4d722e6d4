import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.terraform.stacks import (
    Stack,
    critical_path,
    dependencies,
    depth_below,
    in_order,
    reverse,
)
from tests.conftest import Tiers

PLATFORM = {
    "security": frozenset[str](),
    "network": frozenset({"security"}),
    "storage": frozenset({"security", "network"}),
    "database": frozenset({"security", "network"}),
    "edge": frozenset({"storage", "database"}),
}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, frozenset[str]]:
    """Any graph without cycles: a stack depends on some of those before it, shuffled."""
    names = [f"s{number}" for number in range(draw(st.integers(0, 8)))]
    upstreams = {
        name: frozenset(draw(st.sets(st.sampled_from(names[:at])))) if at else frozenset[str]()
        for at, name in enumerate(names)
    }
    return {name: upstreams[name] for name in draw(st.permutations(names))}


def stack(folder: Path, name: str, *reads: str, bucket: str = "states") -> Stack:
    def state(other: str) -> dict[str, str]:
        return {"bucket": bucket, "key": f"prod/{other}/terraform.tfstate", "encrypt": "true"}

    states = {f"input-{other}": {"backend": "s3", "config": state(other)} for other in reads}
    content = {
        "terraform": {"backend": {"s3": state(name)}},
        "data": {"terraform_remote_state": states, "aws_region": {"here": {}}},
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return Stack(name, file)


def test_a_stack_depends_on_those_whose_states_it_reads(tmp_path: Path) -> None:
    stacks = [
        stack(tmp_path, "edge", "network", "security"),
        stack(tmp_path, "network", "security"),
        stack(tmp_path, "security"),
    ]
    assert dependencies(stacks) == {
        "edge": {"network", "security"},
        "network": {"security"},
        "security": set(),
    }


def test_a_state_of_another_platform_is_no_dependency(tmp_path: Path) -> None:
    foreign = stack(tmp_path, "edge", "network", bucket="others")
    assert dependencies([foreign, stack(tmp_path, "network")])["edge"] == set()


def test_every_tier_of_production_has_its_upstreams(prod: Tiers, tmp_path: Path) -> None:
    def file(name: str) -> Path:
        path = tmp_path / name
        path.write_text(prod[name].text, encoding="utf-8")
        return path

    graph = dependencies([Stack(name, file(name)) for name in prod])
    order = in_order(graph)
    assert set(order[:2]) == {"logs", "security"}
    assert graph["database"] == {"network", "security"}
    assert {"web", "dns", "storage"} <= graph["edge"]


def test_stacks_come_after_their_upstreams_and_the_most_awaited_first() -> None:
    graph = {**PLATFORM, "audit": frozenset({"network"})}
    assert in_order(graph) == ["security", "network", "database", "storage", "audit", "edge"]


@pytest.mark.parametrize(
    ("slow", "path"),
    [
        ("storage", ["security", "network", "storage", "edge"]),
        ("database", ["security", "network", "database", "edge"]),
    ],
)
def test_the_critical_path_is_the_chain_that_takes_longest(slow: str, path: list[str]) -> None:
    seconds = dict.fromkeys(PLATFORM, 5.0) | {slow: 90.0}
    assert critical_path(PLATFORM, seconds) == path


def test_the_critical_path_leaves_out_what_never_ran() -> None:
    assert critical_path(PLATFORM, {"security": 5.0, "network": 6.0}) == ["security", "network"]
    assert critical_path(PLATFORM, {}) == []


@given(graphs())
def test_any_order_respects_the_graph_and_loses_nothing(graph: dict[str, frozenset[str]]) -> None:
    order = in_order(graph)
    assert sorted(order) == sorted(graph)
    assert all(
        order.index(upstream) < order.index(name) for name in graph for upstream in graph[name]
    )


@given(graphs())
def test_reversing_twice_gives_the_graph_again(graph: dict[str, frozenset[str]]) -> None:
    assert reverse(reverse(graph)) == graph


@given(graphs())
def test_an_upstream_is_deeper_than_what_waits_for_it(graph: dict[str, frozenset[str]]) -> None:
    depths = depth_below(graph)
    assert all(depths[upstream] > depths[name] for name in graph for upstream in graph[name])
