"""Settings that nobody would write by hand, made from the sections' own types.

A field that is added is covered without being named here.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from config import ConfigError, Settings, parse
from config.allowed import form_of, items, section_of

Values = st.SearchStrategy[Any]
REQUIRED = {
    "app_id": "349081",
    "account_id": "123456789012",
    "region": "us-west-2",
    "domain": "example.com",
}
# What Terraform, CDKTF, a header, a shell, a terminal or a parser takes for something else.
HOSTILE: tuple[object, ...] = (
    *("${aws_x.y}", "%{ if true }", "$${a}", "${TfToken[TOKEN.0]}", "a\nb", "a\r\nb: c", "\0", ""),
    *("١٢٣٤٥٦٧٨٩٠١٢", "\u202etxt", "\u2028", "é" * 40, "x" * 5000, " ", "'\"\\", "$(reboot)", "*"),
    *(
        "*.*",
        "../..",
        "/",
        "-1",
        "ROOT",
        "aws:x",
        "0",
        "null",
        "a" * 64,
        "@",
        "a@b",
        "UK",
        "..",
        "/*",
    ),
    *(math.inf, -math.inf, math.nan, 1e308, 10**400, -(10**400), 2**63, -1, 0, 0.5, True, False),
    *(
        date(2021, 1, 1),
        [],
        [[]],
        [[1]],
        {},
        {"a": {}},
        [{}],
        ["a", "a"],
        {"": ""},
        {"${a}": "${b}"},
    ),
)


def settings() -> Values:
    """Raw settings: most of them nearly valid, some valid, some hostile."""
    return st.one_of(_settings(_valid), _settings(_nearly), _settings(_hostile))


def accepted() -> st.SearchStrategy[Settings]:
    """Settings that are valid, each with as many unusual values as hold together."""
    return settings().map(repaired)


def repaired(raw: dict[str, Any]) -> Settings:
    """What is left of settings when all that is faulty is taken out."""
    for _ in range(50):
        try:
            return parse(raw, "gen", "gen.toml")
        except ConfigError as error:
            before = json.dumps(raw, default=str)
            for fault in error.faults:
                _remove(raw, fault.key)
            # What is at fault is a default that other values do not fit.
            if json.dumps(raw, default=str) == before:
                for key in (each for fault in error.faults for each in fault.involves):
                    _remove(raw, key)
    raise AssertionError(f"no remedy led anywhere: {raw}")


def _remove(raw: dict[str, Any], key: str) -> None:
    """Take out a key, or the innermost table or list around it that is there."""
    *parents, last = re.split(r"[.\[]", re.sub(r'\."(.*)$', "", key))
    values: Any = raw
    for parent in parents:
        if not isinstance(values.get(parent), dict):
            last = parent
            break
        values = values[parent]
    if last in values:
        del values[last]
    elif parents:
        _remove(raw, ".".join(parents))
    if values is raw and last in REQUIRED:
        raw[last] = REQUIRED[last]


@cache
def _settings(values: Callable[[FieldInfo], Values]) -> Values:
    fixed = {
        name: st.just(value) | values(Settings.model_fields[name])
        for name, value in REQUIRED.items()
    }
    return _section(Settings, values, fixed)


def _section(
    model: type[BaseModel],
    values: Callable[[FieldInfo], Values],
    fixed: Mapping[str, Values] = MappingProxyType({}),
) -> Values:
    made = {}
    for name, field in model.model_fields.items():
        inner = section_of(field)
        table = inner is not None and field.annotation is inner
        made[name] = _section(inner, values) if inner and table else values(field)
    needed = {name: made[name] for name in made if model.model_fields[name].is_required()}
    needed = {**needed, **fixed}
    needed.pop("environment", None)
    optional = {name: made[name] for name in made if name not in needed and name != "environment"}
    return st.fixed_dictionaries(needed, optional=optional)


def _hostile(field: FieldInfo) -> Values:
    hostile = st.sampled_from(HOSTILE)
    if get_origin(_kind(field)) is tuple:
        hostile |= st.lists(hostile, max_size=3)
    if get_origin(_kind(field)) is dict:
        hostile |= st.dictionaries(
            st.text() | st.sampled_from(HOSTILE[:20]).map(str), hostile, max_size=3
        )
    return st.one_of(_valid(field), _valid(field), hostile)


def _nearly(field: FieldInfo) -> Values:
    valid = _valid(field)
    return st.one_of(valid, valid, valid.map(_twice), valid.flatmap(_bent))


def _twice(value: Any) -> Any:
    """A list with its first item once more, in other letters; a text that is twice as long."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [*value, value[0].swapcase(), value[0]]
    return value * 2 if isinstance(value, str) else value


def _bent(value: Any) -> Values:
    """One step away: a number beside it, a text with something in it."""
    if isinstance(value, bool):
        return st.sampled_from((not value, str(value), int(value)))
    if isinstance(value, int | float):
        return st.sampled_from((value + 1, value - 1, -value, str(value), value * 1000, value / 2))
    if isinstance(value, str):
        place = st.integers(0, len(value))
        piece = st.sampled_from(
            ("${a.b}", "%{", "\n", " ", "/", ".", "\0", "é", "A", "*", "-", "٣")
        )
        return st.tuples(place, piece).map(
            lambda each: value[: each[0]] + each[1] + value[each[0] :]
        )
    return st.sampled_from(([value], str(value)))


def _valid(field: FieldInfo) -> Values:
    kind = _kind(field)
    section = section_of(field)
    if section:
        return st.lists(_section(section, _valid), max_size=_most(field, 3))
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        item, *_ = items(field)
        return st.lists(_valid(item), min_size=_least(field), max_size=_most(field, 4), unique=True)
    if get_origin(kind) is dict:
        key, value = items(field)
        return st.dictionaries(_valid(key), _valid(value), max_size=_most(field, 4))
    if kind is bool:
        return st.booleans()
    return _text(field) if kind is str else _number(field, kind)


def _text(field: FieldInfo) -> Values:
    found = [st.just(example(field)), _digits(example(field))]
    pattern = next(
        (each.pattern for each in field.metadata if getattr(each, "pattern", None)), None
    )
    found.append(_of_pattern(pattern) if pattern else st.text(max_size=_most(field, 20)))
    fit = fits(field)
    # Most texts are no SELECT: what does not fit would be too much to drop.
    return st.one_of(found).map(lambda each: each if fit(each) else example(field))


def example(field: FieldInfo) -> str:
    """The text that a remedy gives as an example."""
    form = form_of(_own(field))
    assert form is not None, field
    return form.example.strip('"')


def _digits(example: str) -> Values:
    """An example with other digits: most of these are other days, times and sizes."""
    count = len(re.findall("[0-9]", example))
    digits = st.lists(st.sampled_from("0123456789"), min_size=count, max_size=count)
    pieces = re.split("[0-9]", example)
    return digits.map(lambda each: "".join(map("".join, zip(pieces, [*each, ""], strict=True))))


@cache
def _of_pattern(pattern: str) -> Values:
    return st.from_regex(pattern, fullmatch=True)


def fits(field: FieldInfo) -> Callable[[str], bool]:
    own = _own(field)
    kind: Any = Annotated[(own.annotation, *own.metadata)]
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def valid(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return False
        return True

    return valid


def _number(field: FieldInfo, kind: type) -> Values:
    metadata = _own(field).metadata
    lower = next(each for each in metadata if isinstance(each, Ge | Gt))
    least = lower.ge if isinstance(lower, Ge) else lower.gt
    most = next(each.le for each in metadata if isinstance(each, Le))
    if kind is int:
        return st.integers(int(str(least)), int(str(most)))
    return st.floats(float(str(least)), float(str(most)), exclude_min=isinstance(lower, Gt))


def _kind(field: FieldInfo) -> Any:
    return _own(field).annotation


def _own(field: FieldInfo) -> FieldInfo:
    if get_origin(field.annotation) not in (Union, UnionType):
        return field
    (kind,) = (each for each in get_args(field.annotation) if each is not NoneType)
    return FieldInfo.from_annotation(kind)


def _least(field: FieldInfo) -> int:
    return max((each.min_length for each in field.metadata if isinstance(each, MinLen)), default=0)


def _most(field: FieldInfo, enough: int) -> int:
    return min(
        enough, *(each.max_length for each in field.metadata if isinstance(each, MaxLen)), enough
    )


def fields(model: type[BaseModel] = Settings, path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its key."""
    for name, field in model.model_fields.items():
        inner = section_of(field)
        if inner:
            yield from fields(inner, f"{path}{name}.")
        if inner is None or field.annotation is not inner:
            yield f"{path}{name}", field


def texts() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting that is a text, and the items, keys and values that are."""
    for path, field in fields():
        if section_of(field) is None:
            yield from ((path, each) for each in (field, *items(field)) if _kind(each) is str)


def bounded(field: FieldInfo) -> bool:
    """Whether there is a least and a most to a number, and a most to all else that has a size."""
    kind, metadata = _kind(field), _own(field).metadata
    if kind in (int, float):
        return any(isinstance(each, Ge | Gt) for each in metadata) and any(
            isinstance(each, Le) for each in metadata
        )
    if get_origin(kind) is Literal or kind is bool:
        return True
    pattern = next((each.pattern for each in metadata if getattr(each, "pattern", None)), "*")
    fixed = kind is str and not re.search(r"(?<!\\)[*+]|,\}", pattern)
    sized = fixed or any(isinstance(each, MaxLen) for each in metadata)
    return sized and all(map(bounded, items(field) if section_of(field) is None else ()))
