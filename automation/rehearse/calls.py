"""The calls of a rehearsal: rights that the workflows' roles used, and members that nobody knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient


@dataclass(frozen=True)
class RoleRights:
    """What a role was granted, held against what it needed; grants are patterns as written."""

    role: str
    # How often each action was needed.
    used: Mapping[str, int]
    # Granted, and never needed: the statement's Sid, and the pattern.
    unused: Sequence[tuple[str, str]]
    # Actions that nothing but a pattern with a wildcard granted, by the pattern.
    by_wildcard: Mapping[str, Sequence[str]]


def rights(calls: Path, iam: "IAMClient", roles: Iterable[str]) -> list[RoleRights]:
    """What became of the rights of roles, by the calls that an emulator wrote down."""
    needs: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    with calls.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            needs[entry["principal"].rpartition("/")[2]] += entry.get("needs", ())
    return [rights_of(role, needs[role], policies_of(iam, role)) for role in roles]


def rights_of(
    role: str, needs: Iterable[Mapping[str, Any]], policies: Sequence[Policy]
) -> RoleRights:
    """What became of the rights that policies grant a role, by its needs."""
    used: dict[str, int] = defaultdict(int)
    granted: set[tuple[str, str]] = set()
    exactly: set[str] = set()
    wildcards: dict[str, set[str]] = defaultdict(set)
    for need in needs:
        action = need["action"]
        used[action] += 1
        for sid, pattern in grants(role, need, policies):
            granted.add((sid, pattern))
            if "*" in pattern:
                wildcards[pattern].add(action)
            else:
                exactly.add(action)
    every = [
        (each.sid, pattern) for each in _allowing(policies) for pattern in each.actions.written
    ]
    return RoleRights(
        role,
        used=dict(sorted(used.items())),
        unused=[each for each in every if each not in granted],
        by_wildcard={
            pattern: sorted(actions - exactly)
            for pattern, actions in sorted(wildcards.items())
            if actions - exactly
        },
    )


def grants(
    role: str, need: Mapping[str, Any], policies: Sequence[Policy]
) -> Iterator[tuple[str, str]]:
    """The patterns that grant a need, each after the Sid of its statement."""
    account = need["resource"].split(":")[4] if need["resource"].count(":") > 4 else ""
    who = Principal.session(f"arn:aws:iam::{account or '0' * 12}:role/{role}", role)
    asked = Call(who, need["action"], need["resource"], need["context"], owner=who.account)
    for match in decide(asked, identity=policies).matches:
        if match.statement.allows:
            for pattern in match.statement.actions.matching(need["action"]):
                yield match.statement.sid, pattern


def _allowing(policies: Sequence[Policy]) -> Iterator[Any]:
    return (each for policy in policies for each in policy.statements if each.allows)


def policies_of(iam: "IAMClient", role: str) -> list[Policy]:
    """The identity policies of a role."""
    found = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        inline = iam.get_role_policy(RoleName=role, PolicyName=name)
        found.append(Policy.parse(inline["PolicyDocument"], name=name))
    for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = each.get("PolicyArn", "")
        version = iam.get_policy(PolicyArn=arn)["Policy"].get("DefaultVersionId", "")
        answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        document: Any = answer["PolicyVersion"].get("Document")
        found.append(Policy.parse(document, name=each.get("PolicyName", "")))
    return found


def show(found: Sequence[RoleRights], console: Console) -> None:
    """Print for each role what it used, what it never used, and what only a wildcard granted."""
    for each in found:
        console.print(
            f"[bold]{each.role}[/]: {len(each.used)} actions were needed", highlight=False
        )
        for sid, pattern in each.unused:
            console.print(f"  never used: {pattern} ({sid})", highlight=False)
        for pattern, actions in each.by_wildcard.items():
            console.print(f"  only by {pattern}: {', '.join(actions)}", highlight=False)


def to_json(found: Sequence[RoleRights]) -> dict[str, Any]:
    """The rights by role, as values that JSON can hold."""
    return {
        each.role: {
            "used": each.used,
            "unused": [{"sid": sid, "action": pattern} for sid, pattern in each.unused],
            "by_wildcard": each.by_wildcard,
        }
        for each in found
    }


@dataclass(frozen=True)
class Unknown:
    """A member or a value of a call, which the emulated account ignored."""

    call: str
    what: str
    count: int

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        return (
            f"not rehearsed: {self.call} has {self.what}{times}, which the models of AWS here do "
            "not know: only AWS can tell"
        )

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def unknown(calls: Path) -> list[Unknown]:
    """Each kind once, by the calls that an emulator wrote down; a lenient one writes none."""
    counts = Counter(_told(calls))
    return [Unknown(call, what, count) for (call, what), count in sorted(counts.items())]


def _told(calls: Path) -> Iterator[tuple[str, str]]:
    with calls.open(encoding="utf-8") as lines:
        for line in lines:
            # Most have none, and reading all of them takes seconds.
            if '"unknown": ' in line:
                entry = json.loads(line)
                for what in entry.get("unknown", ()):
                    yield f"{entry['service']}:{entry['name']}", what
