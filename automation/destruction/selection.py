"""Which stacks are destroyed, and in which order."""

from collections.abc import Collection, Mapping, Sequence

from automation.errors import UserError
from automation.graph import Graph, reverse
from automation.status.states import StackStatus


def select(
    graph: Graph, tiers: Collection[str], deployed: Collection[str], *, environment: str
) -> Graph:
    """The deployed ones of the chosen tiers, each after those that need it.

    Raises `UserError` when others need one of them: nothing is destroyed that was not named.
    """
    dependants = reverse(graph)
    chosen = {name: each & set(deployed) for name, each in dependants.items() if name in tiers}
    chosen = {name: each for name, each in chosen.items() if name in deployed}
    stranded = _below(dependants, chosen) & set(deployed) - set(chosen)
    if stranded:
        needed = ", ".join(name for name in graph if name in stranded)
        every = " ".join(name for name in graph if name in {*stranded, *chosen})
        raise UserError(
            f"{needed} cannot do without {', '.join(chosen)}: name them, too: "
            f"`python -m automation destroy {every} --env {environment}`"
        )
    return chosen


def check_locks(
    stacks: Sequence[StackStatus], chosen: Collection[str], *, environment: str
) -> None:
    """Raises `UserError` when somebody is working on one of the chosen stacks."""
    held: Mapping[str, str] = {
        stack.stack: f"{stack.lock.who} since {stack.lock.since}"
        for stack in stacks
        if stack.lock and stack.stack in chosen
    }
    if held:
        names = ", ".join(f"{name} by {who}" for name, who in held.items())
        raise UserError(
            f"locked: {names}: wait for that to end; if it was killed, remove the lock with "
            f"`python -m automation deploy --unlock {next(iter(held))} --env {environment}`"
        )


def _below(dependants: Graph, names: Collection[str]) -> set[str]:
    """All that needs one of the stacks, directly or not."""
    found: set[str] = set()
    frontier = set(names)
    while frontier:
        frontier = {each for name in frontier for each in dependants[name]} - found
        found |= frontier
    return found
