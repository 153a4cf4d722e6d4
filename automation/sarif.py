"""Findings as SARIF, by which GitHub's code scanning shows them at the line of a construct.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from automation.errors import UserError
from automation.terraform.stacks import Stack

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Level(StrEnum):
    """How bad it is, in SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class SourceLine:
    """A line of a file of the project."""

    file: str
    line: int = 1


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What is found of a resource, by which rule, and where its construct is made."""

    rule: str
    level: Level
    message: str
    resource: str
    place: SourceLine


def places(file: Path) -> Mapping[str, SourceLine]:
    """The places of constructs by their paths, as a synthesis recorded them."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return {path: SourceLine(each["file"], each["line"]) for path, each in found.items()}


def addresses(stacks: Iterable[Stack]) -> Mapping[tuple[str, str], str]:
    """The path of each resource's construct, by its stack and its address."""
    return {
        (stack.name, f"{type_}.{name}"): values["//"]["metadata"]["path"]
        for stack in stacks
        for type_, resources in stack.content.get("resource", {}).items()
        for name, values in resources.items()
    }


def log(name: str, findings: Iterable[Alert]) -> dict[str, Any]:
    """The findings of a command as one run of SARIF."""
    found = list(findings)
    rules = sorted({each.rule for each in found})
    driver = {"name": f"terrace {name}", "rules": [{"id": rule} for rule in rules]}
    results = [_result(each, rules.index(each.rule)) for each in found]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"terrace/{name}/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def write(file: Path, name: str, findings: Iterable[Alert]) -> None:
    """Write the findings to a file; raises `UserError` where that cannot be written."""
    text = json.dumps(log(name, findings), indent=2) + "\n"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error


def _result(finding: Alert, index: int) -> dict[str, Any]:
    # By which GitHub knows it again, though lines have moved.
    key = hashlib.sha256(f"{finding.rule}\0{finding.resource}".encode()).hexdigest()
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": finding.place.file},
            "region": {"startLine": finding.place.line},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.resource, "kind": "resource"}],
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"terraceResource/v1": key},
    }
