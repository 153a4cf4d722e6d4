"""Which stack needs which, read from the states that each one looks up."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from automation.synthesis import Stack

# The upstreams of every stack, by name.
Graph = Mapping[str, frozenset[str]]


def dependencies(stacks: Iterable[Stack]) -> Graph:
    """A stack depends on those whose remote states it reads."""
    contents = {stack.name: stack.content for stack in stacks}
    owners = {_key(content["terraform"]["backend"]): name for name, content in contents.items()}
    return {
        name: frozenset(
            owners[key]
            for state in content.get("data", {}).get("terraform_remote_state", {}).values()
            if (key := _key({state["backend"]: state["config"]})) in owners
        )
        for name, content in contents.items()
    }


def reverse(graph: Graph) -> Graph:
    """The same stacks in the order in which they are destroyed."""
    return {
        name: frozenset(other for other, upstreams in graph.items() if name in upstreams)
        for name in graph
    }


def closure(names: Iterable[str], graph: Graph) -> frozenset[str]:
    """Stacks and all that they build on, however far below; none that the graph does not know."""
    found: set[str] = set()
    todo = [name for name in names if name in graph]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(graph[name])
    return frozenset(found)


def in_order(graph: Graph) -> list[str]:
    """Every stack after those that it depends on, the most depended on first."""
    depths = depth_below(graph)
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda name: (-depths[name], name))
        ordered.extend(ready)
        sorter.done(*ready)
    return ordered


def depth_below(graph: Graph) -> Mapping[str, int]:
    """How many stacks the longest chain has that waits for each one."""
    dependants = reverse(graph)
    depths: dict[str, int] = {}
    for name in TopologicalSorter(dependants).static_order():
        depths[name] = 1 + max((depths[each] for each in dependants[name]), default=-1)
    return depths


def critical_path(graph: Graph, ended: Mapping[str, float]) -> list[str]:
    """The chain that decided when everything was done: each stack waited for the one before it."""
    path: list[str] = []
    candidates: Iterable[str] = ended
    while finished := [name for name in candidates if name in ended]:
        path.append(max(finished, key=lambda name: ended[name]))
        candidates = graph[path[-1]]
    return path[::-1]


def _key(backend: Mapping[str, Mapping[str, str]]) -> tuple[str | None, ...]:
    """What tells two states apart."""
    ((kind, config),) = backend.items()
    return kind, config.get("bucket"), config.get("key")
