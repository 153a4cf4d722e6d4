"""Sorts Terraform's errors by what to do about them."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from automation.deployment.kinds import CODES, PASSING, REMEDIES, TEXTS_FIRST, TEXTS_LAST, Kind
from automation.stream import Problem

_LENGTH = 300
# AWS SDK for Go v2: "operation error KMS: CreateAlias, https response error StatusCode: 400,
# RequestID: …, api error Throttling: …"; a modelled error comes without "api error".
_CODE = (
    re.compile(r"api error ([\w.]+):"),
    re.compile(r"RequestID: [^,]*,(?: HostID: [^,]*,)? ([A-Z][\w.]+):"),
    # v1, which few resources still use: "Throttling: Rate exceeded\n\tstatus code: 400, …".
    re.compile(r"([A-Z][\w.]+): [^\n]*\n?\s*status code: \d+"),
)
_REQUEST = re.compile(
    r"(, exceeded maximum number of attempts, \d+)?, https response error StatusCode: \d+, "
    r"RequestID: [^,]*,( HostID: [^,]*,)?( api error)?"
)
_ENCODED = re.compile(r"\s*Encoded authorization failure message: [\w-]+")
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")
_OPERATION = re.compile(r"operation error ([\w .-]+): (\w+)")
_PATH = re.compile(r"Path:\s+\S*?([a-z][a-z0-9]*)-[a-z0-9]+/([\w-]+)/terraform\.tfstate")


@dataclass(frozen=True)
class Fault:
    """An error in one line, and what to do about it."""

    kind: Kind
    what: str
    remedy: str

    @property
    def passing(self) -> bool:
        """Whether it is worth another try."""
        return self.kind in PASSING

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}: {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "kind": self.kind.value}


def classify(problem: Problem) -> Fault:
    """What kind of error it is; whatever is not recognized is `OTHER`."""
    text = f"{problem.summary}\n{problem.detail}"
    kind = _kind(text)
    what, remedy = _line(problem), REMEDIES[kind]
    if kind is Kind.LOCKED:
        what, remedy = _lock(text, what), remedy + _unlock(text)
    if kind is Kind.DENIED:
        what, remedy = _denied(text, what, remedy)
    return Fault(kind, what, remedy)


def faults(problems: Iterable[Problem]) -> tuple[Fault, ...]:
    """Several; each provider of a stack finds the same ones."""
    return tuple(dict.fromkeys(map(classify, problems)))


def _kind(text: str) -> Kind:
    for kind, pattern in TEXTS_FIRST:
        if pattern.search(text):
            return kind
    for code in _codes(text):
        for kind, pattern in CODES:
            if pattern.fullmatch(code):
                return kind
    return next((kind for kind, pattern in TEXTS_LAST if pattern.search(text)), Kind.OTHER)


def _codes(text: str) -> list[str]:
    return [code for pattern in _CODE for code in pattern.findall(text)]


def _line(problem: Problem) -> str:
    """The first line that says something, without what only AWS can look up."""
    place = f"{problem.address}: " if problem.address else ""
    said = _REQUEST.sub("", _ENCODED.sub("", problem.summary))
    detail = _ENCODED.sub("", _REQUEST.sub("", problem.detail)).strip()
    # A summary such as "Invalid value" says too little.
    if detail and detail not in said:
        said = f"{said}: {detail}"
    line = " ".join(f"{place}{said}".split())
    return line if len(line) <= _LENGTH else f"{line[: _LENGTH - 1]}…"


def _lock(text: str, line: str) -> str:
    found = {key: _field(text, key) for key in ("Who", "Created", "Operation")}
    if not found["Who"]:
        return line
    operation = found["Operation"].removeprefix("OperationType").lower()
    return f"the state is locked by {found['Who']} since {found['Created']}, to {operation}"


def _unlock(text: str) -> str:
    path, id_ = _PATH.search(text), _field(text, "ID")
    if path is None:
        return f"terraform force-unlock {id_ or '<id>'}"
    environment, stack = path.groups()
    return f"python -m automation deploy --env {environment} --unlock {stack}"


def _field(text: str, name: str) -> str:
    found = re.search(rf"^\s*{name}:[ \t]*(.*)$", text, flags=re.MULTILINE)
    return found[1].strip() if found else ""


def _denied(text: str, line: str, remedy: str) -> tuple[str, str]:
    """The action that has to be allowed, where AWS or the SDK names it."""
    action = _ACTION.search(text)
    if action:
        named = action[1]
    elif operation := _OPERATION.search(text):
        named = f"{operation[1]} {operation[2]}"
    else:
        return line, remedy
    if "service control policy" in text:
        remedy = "the organization's service control policies deny it: ask who manages them"
    return f"{named} is denied: {line}", remedy
