"""Differences from the oracle that are meant, each with the page of AWS's that decides it.

Each is a case rewritten so that ours means by it what the oracle meant by the case as it was; it
explains a difference only where ours then decides as the oracle did.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from automation.iam import Decision, PolicyType
from automation.iam.principals import Principals, Reach
from tests.automation.iam.cases import Case, decided

Statement = Mapping[str, Any]
_NEVER = {"StringEquals": {"aws:nothing": "there"}}


def verdict(decision: Decision) -> str:
    """A decision as the oracle calls it."""
    if decision.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if decision.explicit else "ImplicitlyDenied"


def explanation(case: Case, theirs: str) -> str:
    """Why the oracle decides so about a case; empty where there is no reason known."""
    rewritten = [(why, rewrite(case)) for why, rewrite in _REWRITES.items()]
    at_play = [why for why, other in rewritten if other != case]
    for number in range(len(at_play) + 1):
        for reasons in combinations(at_play, number):
            other = case
            for why in reasons:
                other = _REWRITES[why](other)
            decision = decided(other)
            limited = bool(case.session) and _limited_by_session(decision)
            found = "ImplicitlyDenied" if limited else verdict(decision)
            if found == theirs:
                return "; ".join((*reasons, *([_OF_SESSION] if limited else [])))
    return ""


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
_OF_SESSION = "what names a session, or everybody, is not limited by a session policy"


def _limited_by_session(decision: Decision) -> bool:
    """Whether only the resource's policy allows, for want of a session policy's Allow."""
    types = {match.type for match in decision.matches}
    named = any(match.reach is Reach.DIRECT for match in decision.matches)
    return decision.allowed and named and PolicyType.SESSION not in types


def _as_newest_version(case: Case) -> Case:
    """The oracle has variables in old policies, too."""
    return _changed(case, lambda policy: {**policy, "Version": "2012-10-17"})


def _excepting_whoever_is_named(case: Case) -> Case:
    """For the oracle, one of account, role and session is enough to except somebody."""

    def rewritten(statement: Statement) -> Statement:
        if statement["Effect"] == "Allow" or "NotPrincipal" not in statement:
            return statement
        named = Principals.parse(statement["NotPrincipal"]).reach(case.principal)
        kept = {key: value for key, value in statement.items() if key != "NotPrincipal"}
        never = {"Condition": _NEVER} if named else {}
        return {**kept, "Principal": "*", **never}

    return _each_statement(case, rewritten)


def _without_other_addresses(case: Case) -> Case:
    """The oracle's operators fail on addresses of the other family, and on `0.0.0.0/0`."""
    address = str(case.context.get("aws:SourceIp", ""))

    def rewritten(statement: Statement) -> Statement:
        found = {**statement}
        for operator, keys in statement.get("Condition", {}).items():
            if "IpAddress" not in operator or not address:
                continue
            written = keys["aws:SourceIp"]
            values = [written] if isinstance(written, str) else written
            same = [each for each in values if (":" in each) == (":" in address)]
            single = [each for each in values if each not in same and "/" not in each]
            if single and operator.startswith("Not"):
                return {**statement, "Condition": _NEVER}
            known = [each for each in same if each != "0.0.0.0/0"]
            kept = {**found["Condition"], operator: {**keys, "aws:SourceIp": known}}
            found["Condition"] = kept
        return found

    return _each_statement(case, rewritten)


def _with_other_resources(case: Case) -> Case:
    """The oracle looks at what stands before a variable that has no value."""

    def rewritten(statement: Statement) -> Statement:
        written = statement.get("NotResource")
        if written is None or "aws:PrincipalTag/team" in case.context:
            return statement
        values = [written] if isinstance(written, str) else written
        return {
            **statement,
            "NotResource": [each.replace("${aws:PrincipalTag/team}", "none") for each in values],
        }

    return _each_statement(case, rewritten)


def _without_variables_of_arns(case: Case) -> Case:
    """The oracle replaces variables in the last part of an ARN only."""

    def blind(written: Any) -> Any:
        values = [written] if isinstance(written, str) else written
        return [each.replace("${aws:PrincipalAccount}", "none") for each in values]

    def rewritten(statement: Statement) -> Statement:
        conditions = {
            operator: {
                key: blind(written) if operator.startswith("Arn") else written
                for key, written in keys.items()
            }
            for operator, keys in statement.get("Condition", {}).items()
        }
        return {**statement, "Condition": conditions} if conditions else statement

    return _each_statement(case, rewritten)


def _changed(case: Case, change: Callable[[Any], Any]) -> Case:
    def of(policy: Any) -> Any:
        return change(policy) if policy else policy

    return replace(
        case,
        identity=[of(policy) for policy in case.identity],
        boundary=of(case.boundary),
        session=of(case.session),
        resource_policy=of(case.resource_policy),
        endpoint=of(case.endpoint),
    )


def _each_statement(case: Case, change: Callable[[Statement], Statement]) -> Case:
    def of(policy: Any) -> Any:
        return {**policy, "Statement": [change(each) for each in policy["Statement"]]}

    return _changed(case, of)


_REWRITES: Mapping[str, Callable[[Case], Case]] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    "variables are text before version 2012-10-17": _as_newest_version,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    "NotPrincipal has to name the account, and the role itself": _excepting_whoever_is_named,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
    "addresses are of two families": _without_other_addresses,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    "NotResource means nothing where a variable has no value": _with_other_resources,
    "a variable may be the account of an ARN in a condition": _without_variables_of_arns,
}
