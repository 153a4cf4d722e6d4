"""Errors as Terraform reports them, from `errors.toml`."""

import tomllib
from pathlib import Path

from automation.terraform.diagnostics import ErrorKind
from automation.terraform.progress import Problem

_FILE = Path(__file__).with_name("errors.toml")


def _read() -> tuple[tuple[ErrorKind, Problem], ...]:
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["error"]
    return tuple((ErrorKind(entry.pop("kind")), Problem(**entry)) for entry in entries)


TEXTS = _read()
LOCKED = next(problem for kind, problem in TEXTS if kind is ErrorKind.LOCKED)
# AWS names the action in the first, and hides it from Terraform in the second.
DENIED, ENCODED, *_ = (problem for kind, problem in TEXTS if kind is ErrorKind.DENIED)
