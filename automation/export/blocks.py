"""Bodies of blocks: what is a block and what an attribute is for the provider's schema to say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from automation.errors import CommandError
from automation.export import templates, values

# The order of what stands in a block: what decides over all of it comes first.
_DECIDES, _ATTRIBUTE, _BLOCK, _LIFECYCLE, _LAST = range(5)
_RANKS = {
    **dict.fromkeys(("alias", "count", "for_each", "provider"), _DECIDES),
    "lifecycle": _LIFECYCLE,
    "depends_on": _LAST,
}


@dataclass(frozen=True)
class Body:
    """What a block may hold, as far as one has to know to write it."""

    blocks: Mapping[str, "Body"] = field(default_factory=dict)
    lists: Mapping[str, "Body"] = field(default_factory=dict)
    """Attributes that are lists of objects: a block is one whose other attributes are null."""
    labels: int = 0
    references: frozenset[str] = frozenset()
    """Attributes whose texts are addresses, or words."""
    literals: frozenset[str] = frozenset()
    """Attributes in which nothing is evaluated."""

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> "Body":
        """The body that a provider's schema describes."""
        types = schema.get("block_types", {})
        attributes = schema.get("attributes", {})
        return cls(
            blocks={
                name: replace(cls.of(each["block"]), labels=int(each["nesting_mode"] == "map"))
                for name, each in types.items()
            },
            lists={
                name: body
                for name, each in attributes.items()
                if (body := _objects(each.get("type"))) is not None
            },
        )

    def holding(self, *, references: Iterable[str], blocks: Mapping[str, "Body"]) -> "Body":
        """The same body, with more that it may hold."""
        return replace(
            self,
            references=self.references | frozenset(references),
            blocks={**self.blocks, **blocks},
        )


def _objects(type_: Any) -> Body | None:
    """The objects of a type that is a list or a set of such.

    https://developer.hashicorp.com/terraform/language/attr-as-blocks
    """
    match type_:
        case ["list" | "set", ["object", attributes, *_]]:
            found = {name: _objects(each) for name, each in attributes.items()}
            return Body(lists={name: each for name, each in found.items() if each is not None})
    return None


def block(head: str, content: Mapping[str, Any], body: Body) -> Iterator[str]:
    """The lines of a block, not indented."""
    written = list(lines(content, body))
    if not written:
        yield f"{head} {{}}"
        return
    yield f"{head} {{"
    yield from written
    yield "}"


def lines(content: Mapping[str, Any], body: Body) -> Iterator[str]:
    """What stands in a block: what decides over all of it, then attributes, then blocks."""

    def rank(name: str) -> int:
        inner = _inner(name, content[name], body)
        return _RANKS.get(name, _BLOCK if inner else _ATTRIBUTE)

    before: int | None = None
    for name in sorted((each for each in content if each != "//"), key=rank):
        for written in _written(name, content[name], body):
            if before is not None and (rank(name) != before or rank(name) >= _BLOCK):
                yield ""
            yield from written
            before = rank(name)


def _inner(name: str, value: Any, body: Body) -> Body | None:
    """The body of the blocks that a value stands for; none of an attribute."""
    if name in body.lists:
        objects = (
            isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
        )
        return body.lists[name] if objects else None
    return _DYNAMIC if name == "dynamic" else body.blocks.get(name)


def _written(name: str, value: Any, body: Body) -> Iterator[Iterable[str]]:
    inner = _inner(name, value, body)
    if inner is None:
        yield [f"{name} = {_attribute(name, value, body)}"]
        return
    for labels, content in instances(value, inner.labels):
        if name == "dynamic":
            # Its content is that of the blocks that it makes.
            made = _inner(labels[0], [{}], body)
            if made is None:
                raise CommandError(f"dynamic: there is no block {labels[0]}")
            inner = replace(_DYNAMIC, blocks={"content": made})
        yield block(" ".join([name, *map(_label, labels)]), content, inner)


def instances(value: Any, labels: int) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """Each block that a value stands for, with its labels."""
    if isinstance(value, list):
        for each in value:
            yield from instances(each, labels)
    elif value is not None and labels:
        for label, inner in value.items():
            for more, content in instances(inner, labels - 1):
                yield [label, *more], content
    elif value is not None:
        yield [], value


def _label(label: str) -> str:
    return templates.quote(templates.literal(label))


def _attribute(name: str, value: Any, body: Body) -> str:
    if name in body.references:
        return _references(value)
    if name in body.literals:
        return values.expression(value, templates.literal)
    found = values.document(value) if name in values.DOCUMENTS and isinstance(value, str) else None
    return found or values.expression(value)


def _references(value: Any) -> str:
    if isinstance(value, str):
        return value.removeprefix("${").removesuffix("}") if value.startswith("${") else value
    if isinstance(value, Mapping):
        return (
            "{\n" + "".join(f"{key} = {_references(each)}\n" for key, each in value.items()) + "}"
        )
    return values.listed([_references(each) for each in value])


_DYNAMIC = Body(labels=1, references=frozenset({"iterator"}))
