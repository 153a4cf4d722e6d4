"""Checks make claims about a live account; each becomes a finding, and findings a report."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.aws import explain
from automation.aws.clients import Clients
from config import Settings


@dataclass(frozen=True)
class Finding:
    """`detail` says what was found and, on failure, what was expected; `remedy`, what to do."""

    tier: str
    what: str
    ok: bool
    detail: str
    remedy: str = ""
    settling: bool = False
    """Whether AWS is still at it, so that it will be otherwise by itself."""

    @property
    def warning(self) -> bool:
        """Whether it holds, but there is still something to do about it."""
        return self.ok and bool(self.remedy)


Item = TypeVar("Item")


@dataclass(frozen=True)
class Claim:
    """What is claimed, whether it holds, what was found and expected, and what to do about it.

    A claim that holds and has a remedy is a warning. What is `settling` ends by itself.
    """

    what: str
    ok: bool
    detail: str
    remedy: str = ""
    settling: bool = False

    def otherwise(self, remedy: str, *, settling: bool = False) -> "Claim":
        """The same, with what to do if it does not hold, and whether it is to be waited for."""
        return self if self.ok else replace(self, remedy=remedy, settling=settling)


class MissingError(Exception):
    """What is to be checked does not exist, or exists more than once."""


# Claims about one subject; the first error ends them.
Check = Callable[[Clients, Settings], Iterator[Claim]]


def run(
    tier: str, clients: Clients, settings: Settings, checks: Mapping[str, Check]
) -> Iterator[Finding]:
    """The findings of checks by their subjects; an error is a failed finding about the subject."""
    for subject, check in checks.items():
        try:
            for claim in check(clients, settings):
                what = f"{subject}: {claim.what}"
                yield Finding(tier, what, claim.ok, claim.detail, claim.remedy, claim.settling)
        except (BotoCoreError, ClientError) as error:
            detail, told = f"asking AWS failed: {error}", explain(error)
            remedy = "" if told in detail else told
            yield Finding(tier, subject, ok=False, detail=detail, remedy=remedy)
        except MissingError as error:
            yield Finding(tier, subject, ok=False, detail=str(error))
        except KeyError as error:
            yield Finding(tier, subject, ok=False, detail=f"AWS's answer has no {error}")


# Seconds between two looks.
_PAUSE = 15.0


def settled(
    look: Callable[[], Sequence[Finding]],
    *,
    seconds: float,
    tell: Callable[[str], None],
    pause: float = _PAUSE,
) -> Sequence[Finding]:
    """What is found once nothing is under way any more, or when so many seconds are over."""
    end = time.monotonic() + seconds
    while True:
        findings = look()
        going = [f"{each.tier}: {each.what}: {each.detail}" for each in findings if each.settling]
        left = end - time.monotonic()
        if not going or left <= 0:
            return findings
        tell(f"waiting for {left:.0f} s at most: {'; '.join(going)}")
        time.sleep(min(pause, left))


def equal(what: str, found: object, expected: object) -> Claim:
    """Claims that something is as expected."""
    if found == expected:
        return Claim(what, ok=True, detail=shown(found))
    return Claim(what, ok=False, detail=f"found {shown(found)}, expected {shown(expected)}")


def same(what: str, found: Iterable[object], expected: Iterable[object]) -> Claim:
    """Claims that the same things are there, in whatever order."""
    return equal(what, set(found), set(expected))


def covers(what: str, found: Iterable[object], expected: Iterable[object]) -> Claim:
    """Claims that all of what is expected is there, whatever else there is."""
    present, missing = set(found), set(expected) - set(found)
    if not missing:
        return Claim(what, ok=True, detail=shown(set(expected)))
    detail = f"found {shown(present)}, expected {shown(missing)} as well"
    return Claim(what, ok=False, detail=detail)


def holds(what: str, ok: bool, *, found: object, expected: str) -> Claim:
    """Claims what comparing alone cannot tell; `expected` is in words."""
    detail = shown(found) if ok else f"found {shown(found)}, expected {expected}"
    return Claim(what, ok=ok, detail=detail)


def only(items: Iterable[Item], what: str) -> Item:
    """The one item that there has to be; raises `MissingError`."""
    found: Sequence[Item] = list(items)
    if len(found) != 1:
        raise MissingError(f"found {len(found) or 'no'} {what}, expected one")
    return found[0]


def shown(value: object) -> str:
    """A value as a reader wants to see it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(each)}" for key, each in value.items()) or "none"
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(shown(each) for each in value)) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(each) for each in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def answer(findings: Sequence[Finding], *, as_json: bool, console: Console) -> int:
    """Print the findings, and the exit code: 0, or 1 when one does not hold."""
    if as_json:
        print(json.dumps(to_json(findings), indent=2))
    else:
        show(findings, console)
    return 0 if all(finding.ok for finding in findings) else 1


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print a table, and what to do about failures and warnings below it."""
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("tier", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("check", overflow="fold")
    table.add_column("found", overflow="fold")
    for finding in findings:
        table.add_row(finding.tier, _word(finding), escape(finding.what), escape(finding.detail))
    console.print(table)
    for finding in findings:
        if finding.remedy:
            line = f"{finding.tier}: {finding.what}: {finding.remedy}"
            console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(summary(findings), highlight=False, soft_wrap=True)


def _word(finding: Finding) -> str:
    if finding.warning:
        return "[yellow]warning[/]"
    return "[green]ok[/]" if finding.ok else "[red]failed[/]"


def summary(findings: Sequence[Finding]) -> str:
    """How many hold, in a line."""
    held = sum(finding.ok for finding in findings)
    return f"{held} of {len(findings)} checks hold"


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": all(finding.ok for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }
