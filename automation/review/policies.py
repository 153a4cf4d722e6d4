"""What a policy allows without bounds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from automation.review.values import UNKNOWN

_ROOT = ":root"


def widened(before: Any, after: Any) -> bool:
    """Whether a policy allows more without bounds than before: actions, principals, resources.

    Many actions know no resources, so one that is allowed for the first time may have `*` there.
    """
    new = set(_unbounded(after)) - set(_unbounded(before))
    allowed = {action for statement in _allowing(before) for action in _actions(statement)}
    return any(kind != "resource" or what in allowed for kind, what in new)


def denies_less(before: Any, after: Any) -> bool:
    """Whether something that a policy denied, such as calls without TLS, no longer is."""
    if after == UNKNOWN:
        return False
    kept = _statements(after, "Deny")
    return not all(
        any(_includes(statement, old) for statement in kept) for old in _statements(before, "Deny")
    )


def _includes(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether one statement denies all that the other did."""
    same = ("Condition", "Principal", "NotAction", "NotResource", "NotPrincipal")
    more = ("Action", "Resource")
    return all(new.get(key) == old.get(key) for key in same) and all(
        each in _list(new.get(key)) for key in more for each in _list(old.get(key))
    )


def _unbounded(policy: Any) -> Iterator[tuple[str, str]]:
    for statement in _allowing(policy):
        everybody = _everybody(statement)
        if everybody and not statement.get("Condition"):
            yield "principal", "*"
        if "NotPrincipal" in statement or "NotAction" in statement:
            yield "statement", str(sorted(statement))
        # A key's policy gives its account all of the key, for IAM to hand on.
        # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        delegates = not everybody and _is_account(statement)
        for action in _actions(statement):
            if not delegates and action.endswith("*") and action.partition(":")[2] in ("", "*"):
                yield "action", action
            # In a policy with principals "*" is the resource that the policy belongs to.
            if "Principal" not in statement and "*" in _list(statement.get("Resource")):
                yield "resource", action


def _allowing(policy: Any) -> list[Mapping[str, Any]]:
    return _statements(policy, "Allow")


def _statements(policy: Any, effect: str) -> list[Mapping[str, Any]]:
    if not isinstance(policy, Mapping):
        return []
    statements = _list(policy.get("Statement"))
    found = [each for each in statements if isinstance(each, Mapping)]
    return [each for each in found if each.get("Effect") == effect]


def _actions(statement: Mapping[str, Any]) -> list[str]:
    return [str(each).lower() for each in _list(statement.get("Action"))]


def _everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return "*" in _list(named)


def _is_account(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping) or set(principal) != {"AWS"}:
        return False
    return all(str(each).endswith(_ROOT) for each in _list(principal["AWS"]))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
