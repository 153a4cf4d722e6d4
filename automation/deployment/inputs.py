"""What a stack reads of others' states."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automation.deployment.states import State, States, key_of
from automation.synthesis import Stack

# A reference to an output of another stack: the look-up of its state, and the output.
OUTPUT = re.compile(r"\bdata\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")


@dataclass(frozen=True)
class Inputs:
    """Digests of the outputs that a stack reads, and the stacks that lack one of them."""

    digests: Mapping[str, str]
    missing: tuple[str, ...]


class Wiring:
    """Which stack reads which outputs."""

    def __init__(self, stacks: Sequence[Stack], states: States) -> None:
        self._stacks = {stack.name: stack for stack in stacks}
        self._names = {key_of(stack): stack.name for stack in stacks}
        self._states = states

    def inputs(self, stack: str) -> Inputs:
        """What a stack would read now; raises `CommandError` when AWS does not tell."""
        digests: dict[str, str] = {}
        missing: list[str] = []
        for key, outputs in references(self._stacks[stack]).items():
            upstream = self._names.get(key, key)
            state = self._states.read(key)
            found = state.outputs if state else {}
            if state is None or not outputs <= found.keys():
                missing.append(upstream)
            digests |= {f"{upstream}.{name}": found[name] for name in outputs & found.keys()}
        return Inputs(digests, tuple(missing))

    def state(self, stack: str) -> State | None:
        """A stack's own state."""
        return self._states.read(key_of(self._stacks[stack]))


def references(stack: Stack) -> Mapping[str, frozenset[str]]:
    """The outputs that a stack reads, by the key of the state that has them."""
    lookups = stack.content.get("data", {}).get("terraform_remote_state", {})
    found: dict[str, set[str]] = {name: set() for name in lookups}
    for name, output in OUTPUT.findall(json.dumps(stack.content)):
        if name in found:
            found[name].add(output)
    return {lookups[name]["config"]["key"]: frozenset(outputs) for name, outputs in found.items()}
