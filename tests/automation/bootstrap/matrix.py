"""Writes the matrix of rights: `python -m tests.automation.bootstrap.matrix > docs/rights.md`.

The rights are the template's, the reasons those beside it, and the attacks those that tests try.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from automation.bootstrap.stack import TEMPLATE
from tests.automation.bootstrap.test_attacks import ATTACKS, OF_PLANS
from tests.automation.bootstrap.test_own_limits import ERASURES, READING, WIDENING
from tests.automation.iam.calls import template

WHO = {
    "Boundary": "deploy, its roles",
    "StateAccess": "plan, deploy",
    "PlanRole": "plan",
    "DeployRole": "deploy",
}
_WRITTEN = tomllib.loads(TEMPLATE.with_name("reasons.toml").read_text(encoding="utf-8"))
REASONS: Mapping[str, Mapping[str, str]] = {who: _WRITTEN[who] for who in WHO}
HEADING = """# Rights

Who may do what, and why: the roles that `bootstrap --github owner/name` makes for the workflows,
and the boundary that bounds whoever deploys and every role that a deployment makes. This page is
made from [the policies](../automation/bootstrap/template.yaml),
[the reasons](../automation/bootstrap/reasons.toml) and the attacks that tests try on an emulated
account: `make docs`.

`plan` is the role of pull requests and drift, `deploy` that of who deploys; `P` is the prefix of
the environment, and `everything` any resource. "All but" is what a denial leaves.
"""
REMAINS = """## What remains

IAM has no condition for what these are about, so that no policy can tell a deployment from an
attack: reviews see it before, CloudTrail's event history after, which nobody can turn off. But for
the last, it is within one environment.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([HEADING, *_matrix(), "", *_attacks(), "", REMAINS, *_remaining()])


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement, after the resource that has it."""
    resources = template(_VALUES)
    for name in WHO:
        properties = resources[name]["Properties"]
        documents = [each["PolicyDocument"] for each in properties.get("Policies", ())]
        for document in documents or [properties["PolicyDocument"]]:
            yield from ((name, each) for each in document["Statement"])


# So that policies read like what they are about.
_VALUES = {
    "AWS::AccountId": "ACCOUNT",
    "AWS::Region": "REGION",
    "Prefix": "P",
    "Environment": "ENVIRONMENT",
    "Application": "APPLICATION",
    "Protected": "P",
    "StateBucket": "P-tfstate",
    "AccessLogBucket": "P-tfstate-logs",
    "StateKey.Arn": "arn:aws:kms:REGION:ACCOUNT:key/STATES",
}


def _matrix() -> Iterator[str]:
    yield "## The matrix\n"
    yield "| who | statement | what | of what | if | why |"
    yield "|---|---|---|---|---|---|"
    for name, each in statements():
        cells = (_what(each), _of_what(each), _if(each), REASONS[name][each["Sid"]])
        yield f"| {WHO[name]} | `{each['Sid']}` | {' | '.join(cells)} |"


def _what(statement: Mapping[str, Any]) -> str:
    meant = _actions(_several(statement.get("Action") or statement["NotAction"]))
    if "NotAction" in statement:
        meant = f"all but {meant}"
    return meant if statement["Effect"] == "Allow" else f"**never** {meant}"


def _actions(actions: Sequence[str]) -> str:
    """Each action; where they are many, how many of each service."""
    if len(actions) <= 12:
        return _code(actions)
    services: dict[str, list[str]] = {}
    for each in actions:
        services.setdefault(each.partition(":")[0], []).append(each)
    return ", ".join(
        _code(each) if len(each) == 1 else f"{len(each)} of `{name}`"
        for name, each in services.items()
    )


def _of_what(statement: Mapping[str, Any]) -> str:
    negated = "NotResource" in statement
    resources = _several(statement["NotResource" if negated else "Resource"])
    if list(resources) == ["*"]:
        return "everything"
    short = [re.sub(r"arn:aws:(\w[\w-]*):[^:]*:[^:]*:", r"\1:", each) for each in resources]
    return f"everything but {_code(short)}" if negated else _code(short)


def _if(statement: Mapping[str, Any]) -> str:
    return "; ".join(
        f"`{key}` {_WORDS.get(operator, operator)} {_values(operator, value)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )


_WORDS = {
    "ArnLike": "is",
    "ArnNotLike": "is not",
    "ForAnyValue:StringLike": "has",
    "Null": "is",
    "StringEquals": "is",
    "StringLike": "is",
    "StringNotEquals": "is not",
}


def _values(operator: str, value: str | Sequence[str]) -> str:
    if operator == "Null":
        return "there" if value == "false" else "not there"
    return " or ".join(f"`{each}`" for each in _several(value))


def _several(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _attacks() -> Iterator[str]:
    yield "## Attacks\n"
    yield "What denies it, of whoever has dev's roles and attacks prod in the same account.\n"
    yield "| attack | who deploys | a pull request |"
    yield "|---|---|---|"
    for name, (_, sids) in ATTACKS.items():
        yield f"| {name} | {_denying(sids)} | {_denying(OF_PLANS.get(name, set()))} |"
    for about, attacks in _OWN.items():
        yield f"\n{about}\n"
        yield "| attack | what denies it |"
        yield "|---|---|"
        yield from (f"| {name} | {_denying(sids)} |" for name, (_, sids) in attacks.items())


_OWN = {
    "Whoever deploys, on its own limits.": WIDENING,
    "Whoever deploys an environment with `deletion_protection`, on what it has there.": ERASURES,
    "A pull request, on its own environment.": READING,
}


def _remaining() -> Iterator[str]:
    yield "| who deploys can | because | what prevents it, or tells of it |"
    yield "|---|---|---|"
    yield from (
        f"| {each['can']} | {each['because']} | {each['against']} |" for each in _WRITTEN["remains"]
    )


def _denying(sids: Iterable[str]) -> str:
    return _code(sorted(sids)) or "nothing allows it"


if __name__ == "__main__":
    print(page())
