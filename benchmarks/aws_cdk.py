"""Writes an AWS CDK application with the resources of a synthesized platform, as far as L1 goes.

`python -m benchmarks.aws_cdk <output> <folder>` runs where the AWS CDK is installed, and prints
what it made as JSON. Each construct gets as many values as the Terraform resource has: first what
it requires, then its other properties in their order, then more items of its lists. Values are the
resource's own, by kind: a text for a text, a document for a document. What refers to a resource of
the same stack does so here, too.
"""

import inspect
import json
import re
import sys
import typing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any

from benchmarks.counterparts import CONSTRUCTS, Resource, Scalar, declared

_REFERENCE = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.[^{}]+\}")
# Properties hold themselves: a statement of statements.
_MOST_DEPTH = 5
_APP = """\
import sys

import aws_cdk
import tiers

app = aws_cdk.App(analytics_reporting=False, builtin_cloud_formation_validation=False)
for number in range(int(sys.argv[1])):
    for tier in tiers.ALL:
        tier(aws_cdk.Stack(app, f"copy-{number}-{tier.__name__.replace('_', '-')}"))
app.synth()
"""


@dataclass
class Made:
    """What the application has, next to what Terraform has."""

    resources: int = 0
    properties: int = 0
    arguments: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


class Values:
    """A resource's values, handed out one at a time; names tell what can be referred to."""

    def __init__(self, resource: Resource, names: Mapping[tuple[str, str], str]) -> None:
        self.taken = 0
        # Documents last: where a text is asked for, they are the last choice.
        self._left = sorted(resource.scalars, key=_is_document)
        self._names = names

    @property
    def left(self) -> int:
        """How many there are still."""
        return len(self._left)

    def text(self) -> str:
        """Python for the next text."""
        value = self._next(lambda each: isinstance(each, str), "text")
        found = _REFERENCE.fullmatch(str(value))
        name = self._names.get((found[1], found[2])) if found else None
        return f"{name}.ref" if name else repr(value)

    def number(self) -> str:
        """Python for the next number."""
        return repr(self._next(lambda each: type(each) in (int, float), 1))

    def truth(self) -> str:
        """Python for the next truth value."""
        return repr(self._next(lambda each: isinstance(each, bool), True))

    def document(self) -> str:
        """Python for the next text that is JSON, as what it says."""
        value = self._next(_is_document, "{}")
        return repr(json.loads(str(value)))

    def _next(self, fits: typing.Callable[[Scalar], bool], default: Scalar) -> Scalar:
        """Where none fits, another one has its place taken: there are as many values."""
        self.taken += 1
        at = next((at for at, each in enumerate(self._left) if fits(each)), 0)
        value = self._left.pop(at) if self._left else default
        return value if fits(value) else default


def _is_document(value: Scalar) -> bool:
    return isinstance(value, str) and value.startswith("{")


def properties(construct: Any, values: Values, depth: int = 0) -> dict[str, str]:
    """Python for the properties of a construct, or of a part of one, by their names."""
    hints = typing.get_type_hints(construct.__init__)
    parameters = inspect.signature(construct.__init__).parameters.values()
    named = [each for each in parameters if each.kind is each.KEYWORD_ONLY]
    made: dict[str, str] = {}
    for each in sorted(named, key=lambda each: each.default is not each.empty):
        required = each.default is each.empty
        if required or (values.left and depth < _MOST_DEPTH and _kinds(hints[each.name])):
            made[each.name] = _value(hints[each.name], values, depth)
    while depth == 0 and values.left and _extend(made, hints, values):
        pass
    return made


def _extend(made: dict[str, str], hints: Mapping[str, Any], values: Values) -> bool:
    """Another item for each list; whether that used any value."""
    before = values.left
    for name, written in made.items():
        kind = _kinds(hints[name])[0]
        if values.left and typing.get_origin(kind) is Sequence:
            item = _value(typing.get_args(kind)[0], values, 1)
            made[name] = f"{written[:-1]}, {item}]"
    return values.left < before


def _value(hint: Any, values: Values, depth: int) -> str:
    kind = _kinds(hint)[0]
    within = typing.get_args(kind)
    if _is_part(kind):
        given = properties(kind, values, depth + 1)
        return f"{_name(kind)}({', '.join(f'{name}={each}' for name, each in given.items())})"
    if typing.get_origin(kind) is Sequence:
        return f"[{_value(within[0], values, depth)}]"
    if within:
        return f"{{'name': {_value(within[1], values, depth)}}}"
    plain = {str: values.text, bool: values.truth, int: values.number, float: values.number}
    return plain.get(kind, values.document)()


def _kinds(hint: Any) -> list[Any]:
    """The types of which a value can be written, parts before the dictionaries that stand for them.

    Interfaces are for what only other constructs can make.
    """
    is_union = typing.get_origin(hint) in (typing.Union, UnionType)
    union = typing.get_args(hint) if is_union else (hint,)
    plain = [each for each in union if each in (str, bool, int, float, Any)]
    parts = [each for each in union if _is_part(each)]
    return plain + parts + [each for each in union if typing.get_origin(each)]


def _is_part(kind: Any) -> bool:
    return hasattr(kind, "__jsii_struct_bases__")


def _name(kind: type) -> str:
    return f"{kind.__module__.removeprefix('aws_cdk.')}.{kind.__qualname__}"


def _in_order(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Each resource after those that it refers to."""
    known = {(each.type, each.name): each for each in resources}
    graph = {
        key: [
            (found[1], found[2])
            for value in each.scalars
            if (found := _REFERENCE.fullmatch(str(value))) and (found[1], found[2]) in known
        ]
        for key, each in known.items()
    }
    return (known[key] for key in TopologicalSorter(graph).static_order())


def _tier(stack: str, resources: Sequence[Resource], made: Made) -> str:
    """Python for a function that makes a stack's resources."""
    names: dict[tuple[str, str], str] = {}
    lines = [f"def {stack.replace('-', '_')}(stack):"]
    for each in _in_order(resources):
        module, _, construct = CONSTRUCTS[each.type].partition(".")
        values = Values(each, names)
        given = properties(getattr(import_module(f"aws_cdk.{module}"), construct), values)
        names[each.type, each.name] = name = f"resource_{len(names)}"
        arguments = "".join(f", {key}={value}" for key, value in given.items())
        lines.append(f"    {name} = {CONSTRUCTS[each.type]}(stack, {each.name!r}{arguments})")
        made.resources += 1
        made.properties += values.taken
        made.arguments += len(each.scalars)
    return "\n".join(lines)


def write(resources: Sequence[Resource], folder: Path) -> Made:
    """Write the application; what has no counterpart is told, by type."""
    left_out = Counter(each.type for each in resources if each.type not in CONSTRUCTS)
    made = Made(left_out=dict(left_out.most_common()))
    tiers: dict[str, list[Resource]] = {}
    modules = set()
    for each in resources:
        if each.type in CONSTRUCTS:
            tiers.setdefault(each.stack, []).append(each)
            modules.add(CONSTRUCTS[each.type].partition(".")[0])
    functions = [_tier(stack, each, made) for stack, each in tiers.items()]
    head = f"import aws_cdk\nfrom aws_cdk import {', '.join(sorted(modules))}\n"
    every = ", ".join(stack.replace("-", "_") for stack in tiers)
    folder.mkdir(parents=True, exist_ok=True)
    source = "\n\n".join([head, *functions, f"ALL = ({every},)\n"])
    (folder / "tiers.py").write_text(source, encoding="utf-8")
    (folder / "app.py").write_text(_APP, encoding="utf-8")
    return made


if __name__ == "__main__":
    print(json.dumps(asdict(write(declared(Path(sys.argv[1])), Path(sys.argv[2])))))
