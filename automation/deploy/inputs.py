"""What a stack reads of others' states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automation.aws.states import DeployedStates, RemoteState
from automation.terraform.stacks import Stack, key_of, references


@dataclass(frozen=True)
class Inputs:
    """Digests of the outputs that a stack reads, and the stacks that lack one of them."""

    digests: Mapping[str, str]
    missing: tuple[str, ...]


class Wiring:
    """Which stack reads which outputs."""

    def __init__(self, stacks: Sequence[Stack], states: DeployedStates) -> None:
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

    def state(self, stack: str) -> RemoteState | None:
        """A stack's own state."""
        return self._states.read(key_of(self._stacks[stack]))
