"""Policies as they stand in JSON, parsed once so that they are matched fast.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from automation.iam.conditions import Condition, conditions_of
from automation.iam.patterns import Context, Text, wildcards
from automation.iam.principals import Principals

# Older ones have no variables, and it is what a policy without a version is.
_WITH_VARIABLES = "2012-10-17"
_VERSIONS = ("2008-10-17", _WITH_VARIABLES)
_FIELDS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_FIELDS = frozenset(
    {
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
    }
)


class MalformedPolicyError(ValueError):
    """A document that AWS would not take as a policy."""


@dataclass(frozen=True)
class Actions:
    """The `Action` element of a statement, or `NotAction`."""

    written: tuple[str, ...]
    negated: bool = False

    def match(self, action: str) -> bool:
        """Whether an action in lower case is meant."""
        return self._meant(action) != self.negated

    def matching(self, action: str) -> tuple[str, ...]:
        """Those of the written patterns that name an action, in any case."""
        lower = action.lower()
        return tuple(each for each in self.written if _pattern((each,)).fullmatch(lower))

    def _meant(self, action: str) -> bool:
        return action in self._exact or bool(self._wild and self._wild.fullmatch(action))

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(each.lower() for each in self.written if not _wild(each))

    @cached_property
    def _wild(self) -> re.Pattern[str] | None:
        wild = [each for each in self.written if _wild(each)]
        return _pattern(wild) if wild else None


@dataclass(frozen=True)
class Resources:
    """The `Resource` element of a statement, or `NotResource`."""

    texts: tuple[Text, ...]
    negated: bool = False

    def match(self, resource: str, context: Context) -> bool:
        """Whether a resource is meant, by its ARN.

        Where a variable has no value, `NotResource` means nothing.
        """
        found = {text.like_arn(resource, context) for text in self._variable}
        if self._fixed:
            found.add(bool(self._fixed.fullmatch(resource)))
        return found <= {False} if self.negated else True in found

    @cached_property
    def _fixed(self) -> re.Pattern[str] | None:
        sources = [text.regex({}, arn=True) for text in self.texts if text.fixed]
        return (
            re.compile("|".join(f"(?:{each})" for each in sources), re.DOTALL) if sources else None
        )

    @cached_property
    def _variable(self) -> tuple[Text, ...]:
        return tuple(text for text in self.texts if not text.fixed)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: Actions
    # A trust policy is about its own role, and names none.
    resources: Resources | None
    principals: Principals | None
    conditions: tuple[Condition, ...]
    sid: str
    # From 1, as AWS counts those that have no Sid.
    number: int

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether it is about a request, whoever asks; the action is in lower case."""
        return (
            self.actions.match(action)
            and (self.resources is None or self.resources.match(resource, context))
            and all(condition.holds(context) for condition in self.conditions)
        )


@dataclass(frozen=True)
class Policy:
    """A policy, with a name for whoever looks for what it granted."""

    statements: tuple[Statement, ...]
    name: str = ""
    version: str = _VERSIONS[0]
    document: Any = field(default=None, compare=False, repr=False)

    @classmethod
    def parse(cls, document: str | Mapping[str, Any], name: str = "") -> "Policy":
        """Read a document; MalformedPolicyError says what is wrong with it."""
        read = _loaded(document) if isinstance(document, str) else document
        if not isinstance(read, Mapping) or set(read) - _FIELDS:
            raise MalformedPolicyError("Syntax errors in policy.")
        version = read.get("Version", _VERSIONS[0])
        if version not in _VERSIONS:
            raise MalformedPolicyError(f"The policy must contain a valid version string: {version}")
        written = read.get("Statement")
        several = written if isinstance(written, list | tuple) else [written]
        if not several:
            raise MalformedPolicyError("Syntax errors in policy.")
        statements = tuple(_statement(each, n, version) for n, each in enumerate(several, 1))
        return cls(statements, name, version, document)


def _loaded(document: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise MalformedPolicyError("Syntax errors in policy.")
        return found

    try:
        return json.loads(document, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise MalformedPolicyError("This policy contains invalid Json") from error


def _statement(written: Any, number: int, version: str) -> Statement:
    if not isinstance(written, Mapping) or set(written) - _STATEMENT_FIELDS:
        raise MalformedPolicyError("Syntax errors in policy.")
    if written.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"Invalid effect: {written.get('Effect', '')}")
    variables = version == _WITH_VARIABLES
    principals = _principals(written)
    return Statement(
        allows=written["Effect"] == "Allow",
        actions=_actions(written),
        resources=_resources(written, variables=variables, required=principals is None),
        principals=principals,
        conditions=_conditions(written.get("Condition", {}), variables=variables),
        sid=str(written.get("Sid", "")),
        number=number,
    )


def _either(written: Mapping[str, Any], name: str) -> tuple[tuple[str, ...] | None, bool]:
    """The values of an element or of its opposite, and whether it is the opposite."""
    present = [each for each in (name, f"Not{name}") if each in written]
    if len(present) > 1:
        raise MalformedPolicyError("Syntax errors in policy.")
    if not present:
        return None, False
    value = written[present[0]]
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(isinstance(each, str) for each in values):
        raise MalformedPolicyError("Syntax errors in policy.")
    return tuple(values), present[0] != name


def _actions(written: Mapping[str, Any]) -> Actions:
    values, negated = _either(written, "Action")
    if not values:
        raise MalformedPolicyError("Policy statement must contain actions.")
    for each in values:
        if each != "*" and each.count(":") != 1:
            raise MalformedPolicyError(
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
            )
    return Actions(values, negated)


def _resources(written: Mapping[str, Any], *, variables: bool, required: bool) -> Resources | None:
    values, negated = _either(written, "Resource")
    if values is None and not required:
        return None
    if not values:
        raise MalformedPolicyError("Policy statement must contain resources.")
    for each in values:
        if each != "*" and not each.startswith("arn:"):
            raise MalformedPolicyError(f'Resource {each} must be in ARN format or "*".')
    return Resources(tuple(Text.parse(each, variables=variables) for each in values), negated)


def _principals(written: Mapping[str, Any]) -> Principals | None:
    present = [each for each in ("Principal", "NotPrincipal") if each in written]
    if not present:
        return None
    if len(present) > 1:
        raise MalformedPolicyError("Syntax errors in policy.")
    try:
        return Principals.parse(written[present[0]], negated=present[0] == "NotPrincipal")
    except ValueError as error:
        raise MalformedPolicyError(str(error)) from error


def _conditions(written: Any, *, variables: bool) -> tuple[Condition, ...]:
    if not isinstance(written, Mapping) or not all(
        isinstance(keys, Mapping) for keys in written.values()
    ):
        raise MalformedPolicyError("Syntax errors in policy.")
    try:
        return tuple(conditions_of(written, variables=variables))
    except KeyError as error:
        raise MalformedPolicyError(f"Invalid Condition type : {error.args[0]}") from error


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _pattern(written: Sequence[str]) -> re.Pattern[str]:
    """A pattern for actions in lower case."""
    return re.compile("|".join(wildcards(each.lower())[0] for each in written))
