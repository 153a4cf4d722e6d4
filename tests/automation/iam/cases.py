"""Cases by their numbers: a call, and policies that are often about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from automation.iam import Call, Decision, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal, PrincipalType
from tests.automation.iam.pools import (
    ACCOUNT,
    ACTIONS,
    KEYS,
    NAMED,
    OPERATORS,
    PRINCIPALS,
    VALUES,
    WITH_POLICY,
    WRITTEN,
)


@dataclass(frozen=True)
class Case:
    """A call with the policies that apply to it, as JSON has them."""

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, Any]
    identity: Sequence[Any] = ()
    boundary: Any = None
    session: Any = None
    resource_policy: Any = None
    endpoint: Any = None
    seed: str = field(default="", compare=False)

    def without(self, keys: Sequence[str]) -> "Case":
        """The case without condition keys that AWS does not fill in for its action."""
        lower = {key.lower() for key in keys}
        kept = {key: value for key, value in self.context.items() if key.lower() not in lower}
        return replace(self, context=kept)

    def plain(self) -> dict[str, Any]:
        """The case as the oracle reads it."""
        return {
            "principal": self.principal.name,
            "action": self.action,
            "resource": self.resource,
            "account": ACCOUNT,
            "context": dict(self.context),
            "identity": list(self.identity),
            "boundary": self.boundary,
            "session": self.session,
            "resourcePolicy": self.resource_policy,
            "endpoint": self.endpoint,
        }


def case(seed: int, number: int) -> Case:
    """The case of this number, always the same for a seed."""
    name = f"{seed}/{number}"
    return _Maker(Random(name)).case(name)  # noqa: S311 - no secret


def decided(case: Case) -> Decision:
    """Our decision about a case."""
    made = {"kms": ResourcePolicy.of_key, "sts": ResourcePolicy.of_role}
    of_service = made.get(case.action.lower().split(":")[0], ResourcePolicy)
    resource = case.resource_policy
    return decide(
        Call(case.principal, case.action, case.resource, case.context, owner=ACCOUNT),
        identity=[Policy.parse(policy) for policy in case.identity],
        boundary=Policy.parse(case.boundary) if case.boundary else None,
        session=[Policy.parse(case.session)] if case.session else [],
        resource=of_service(Policy.parse(resource)) if resource else None,
        endpoint=Policy.parse(case.endpoint) if case.endpoint else None,
    )


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.action, self.resource = random.choice(ACTIONS)
        self.principal = random.choice(PRINCIPALS)
        if random.random() < 0.5:
            self.principal = PRINCIPALS[0]
        self.context = self._context()

    def case(self, name: str) -> Case:
        chance = self.random.random
        service = self.action.split(":")[0]
        has_policy = service in WITH_POLICY and self.resource != "*"
        mandatory = service in ("kms", "sts")
        has_identity = bool(self.principal.account)
        is_session = self.principal.type is PrincipalType.SESSION
        some = self.random.randint(0, 2)
        return Case(
            self.principal,
            self.action,
            self.resource,
            self.context,
            [self._policy() for _ in range(some)] if has_identity else [],
            self._policy() if has_identity and chance() < 0.25 else None,
            self._policy() if is_session and chance() < 0.2 else None,
            self._policy(named=True) if has_policy and (mandatory or chance() < 0.6) else None,
            self._policy(named=True, everyone=True) if chance() < 0.1 else None,
            name,
        )

    def _context(self) -> dict[str, Any]:
        keys = self.principal.keys()
        found: dict[str, Any] = {
            "aws:PrincipalIsAWSService": keys["aws:principalisawsservice"][0],
            "aws:ResourceAccount": ACCOUNT,
        }
        if self.principal.account:
            found["aws:PrincipalArn"] = self.principal.arn
            found["aws:PrincipalAccount"] = self.principal.account
        service = self.action.split(":")[0]
        for key, kind in KEYS.items():
            mine = key.split(":")[0] in ("aws", service)
            if key in found or not mine or self.random.random() < 0.4:
                continue
            values = VALUES[kind]
            several = self.random.sample(values, self.random.randint(2, 3)) if kind == "set" else 0
            found[key] = several or self.random.choice(values)
        return found

    def _policy(self, *, named: bool = False, everyone: bool = False) -> dict[str, Any]:
        statements = [self._statement(named=named) for _ in range(self.random.randint(1, 3))]
        for each in statements if everyone else ():
            # A gateway endpoint's policy names nobody.
            each.pop("NotPrincipal", None)
            each["Principal"] = "*"
            if "NotResource" not in each:
                each.setdefault("Resource", "*")
        found: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
        if self.random.random() < 0.05:
            found["Version"] = "2008-10-17"
        return found

    def _statement(self, *, named: bool) -> dict[str, Any]:
        chance = self.random.random
        found: dict[str, Any] = {"Effect": "Deny" if chance() < 0.15 else "Allow"}
        found["NotAction" if chance() < 0.08 else "Action"] = self._some(self._actions())
        if self.action != "sts:AssumeRole" or not named:
            negated = chance() < 0.08
            found["NotResource" if negated else "Resource"] = self._some(self._resources())
        if named:
            negated = chance() < 0.05
            found["NotPrincipal" if negated else "Principal"] = self.random.choice(NAMED)
        conditions: dict[str, Any] = {}
        while chance() < 0.4:
            operator, key, values = self._condition()
            conditions.setdefault(operator, {})[key] = values
        if conditions:
            found["Condition"] = conditions
        return found

    def _some(self, pool: Sequence[str]) -> str | list[str]:
        if self.random.random() < 0.6:
            return self.random.choice(pool)
        return self.random.sample(pool, 2)

    def _actions(self) -> list[str]:
        service, name = self.action.split(":")
        return [
            self.action,
            self.action.upper().replace(service.upper(), service),
            f"{service}:*",
            f"{service}:{name[:3]}*",
            f"{service}:?{name[1:]}",
            f"{service}:*{name[-4:]}",
            "*",
            f"{service}:Tag*",
            self.random.choice(ACTIONS)[0],
        ]

    def _resources(self) -> list[str]:
        if self.resource == "*":
            return ["*", "*", "arn:aws:s3:::*", "arn:aws:logs:*:*:*"]
        head, tail = self.resource.rsplit(":", 1)
        parts = self.resource.split(":", 5)
        return [
            "*",
            self.resource,
            f"{head}:{tail[:4]}*",
            f"{head}:{tail[:-1]}?",
            f"{head}:{tail.split('/')[0]}/${{aws:PrincipalTag/team}}/*",
            f"{head}:{tail.split('/')[0]}/${{aws:PrincipalTag/team, 'blue'}}/file.txt",
            ":".join([*parts[:3], "*", "*", parts[5]]),
            ":".join([*parts[:3], "*"]),
            f"{self.resource}/more",
            self.random.choice(ACTIONS)[1],
        ]

    def _condition(self) -> tuple[str, str, str | list[str]]:
        service = self.action.split(":")[0]
        mine = [key for key in KEYS if key.split(":")[0] in ("aws", service)]
        key = self.random.choice(mine)
        kind = KEYS[key]
        if self.random.random() < 0.08:
            return "Null", key, self.random.choice(("true", "false"))
        operator = self.random.choice(OPERATORS[kind])
        if self.random.random() < 0.15:
            operator += "IfExists"
        if kind == "set" and self.random.random() < 0.8:
            operator = self.random.choice(("ForAllValues:", "ForAnyValue:")) + operator
        pool = [*WRITTEN[kind]]
        present = self.context.get(key)
        if isinstance(present, str):
            pool += [present] * 4
        return operator, key, self._some(list(dict.fromkeys(pool)))
