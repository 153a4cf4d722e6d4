"""Rights of policies, and policies without one of them."""

import re
from collections.abc import Iterable
from copy import deepcopy

from automation.iam.policies import Policy

# The id of a statement, and an action as it stands there.
Right = tuple[str, str]


def granted(policies: Iterable[Policy]) -> list[Right]:
    return [
        (statement.sid, action)
        for policy in policies
        for statement in policy.statements
        if statement.allows
        for action in statement.actions.written
    ]


def lessened(policy: Policy, without: Right | None) -> Policy:
    document = deepcopy(policy.document)
    for statement in document["Statement"] if without else ():
        actions = statement.get("Action")
        written = [actions] if isinstance(actions, str) else list(actions or ())
        if without and statement["Sid"] == without[0] and without[1] in written:
            written.remove(without[1])
            statement["Action"] = written or ["none:None"]
    return Policy.parse(document, name=policy.name)


def covers(right: Right, action: str) -> bool:
    pattern = re.escape(right[1]).replace(r"\*", ".*")
    return re.fullmatch(pattern, action, re.IGNORECASE) is not None
