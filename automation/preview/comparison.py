"""Which stacks differ between two syntheses, as far as Terraform can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automation.errors import UserError
from automation.synthesis import Stack, key_of, references

# The ranges say which Terraform and provider may plan; what a plan says is up to the one that does.
_RANGES = ("required_version", "required_providers")
# What CDKTF notes for itself.
_COMMENT = "//"


@dataclass(frozen=True)
class Comparison:
    """Two syntheses, stack by stack; `same_providers` says whether both install the same."""

    base: Mapping[str, Stack]
    head: Mapping[str, Stack]
    same_providers: bool

    @property
    def gone(self) -> frozenset[str]:
        """The stacks that only the base has."""
        return frozenset(self.base.keys() - self.head.keys())

    @property
    def changed(self) -> frozenset[str]:
        """The stacks of the head that are new, or not the same as at the base."""
        return frozenset(name for name in self.head if not self._same(name))

    def changes_inputs_of(self, upstream: str, stack: str) -> bool:
        """Whether a stack reads an output which the head writes otherwise than the base."""
        before = _outputs(self.base[upstream]) if upstream in self.base else {}
        now = _outputs(self.head[upstream])
        return any(before.get(each) != now.get(each) for each in self.read(upstream, stack))

    def read(self, upstream: str, stack: str) -> frozenset[str]:
        """The outputs of one stack of the head that another one reads."""
        return references(self.head[stack]).get(key_of(self.head[upstream]), frozenset())

    def refuse_moved_states(self) -> None:
        """Raises `UserError` when a state is to be kept elsewhere: no plan would tell of that."""
        for name in sorted(self.base.keys() & self.head.keys()):
            before, now = _place(self.base[name]), _place(self.head[name])
            if before != now:
                raise UserError(
                    f"the state of {name} is kept in {before} at the base, and in {now} now: "
                    "Terraform would make everything anew; move the state in a step of its own, "
                    "of which there is no preview"
                )

    def _same(self, name: str) -> bool:
        if name not in self.base:
            return False
        return self._planned(self.base[name]) == self._planned(self.head[name])

    def _planned(self, stack: Stack) -> dict[str, Any]:
        """All that has a say in what is planned."""
        content: dict[str, Any] = _without_comments(stack.content)
        if self.same_providers:
            settings = content["terraform"].items()
            content["terraform"] = {key: each for key, each in settings if key not in _RANGES}
        return content


def _outputs(stack: Stack) -> Mapping[str, Any]:
    outputs: Mapping[str, Any] = stack.content.get("output", {})
    return outputs


def _place(stack: Stack) -> str:
    ((kind, config),) = stack.content["terraform"]["backend"].items()
    return f"{kind}://{config.get('bucket')}/{config.get('key')} ({config.get('region')})"


def _without_comments(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_comments(each) for name, each in value.items() if name != _COMMENT}
    if isinstance(value, list):
        return [_without_comments(each) for each in value]
    return value
