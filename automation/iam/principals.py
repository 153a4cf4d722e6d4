"""Who asks, and which of them the `Principal` element of a policy names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from automation.iam.patterns import texts_of

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


class PrincipalType(StrEnum):
    """What kind of principal asks; only the first three have identity policies."""

    USER = "User"
    SESSION = "AssumedRole"
    ROOT = "Account"
    SERVICE = "Service"
    FEDERATED = "Federated"
    ANONYMOUS = "Anonymous"


class Reach(IntEnum):
    """How a policy names a principal; the more directly, the less do other policies limit it."""

    NONE = 0
    # Its account: whether it may is left to the account's own policies.
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3


@dataclass(frozen=True)
class Principal:
    """Who asks, as a request is signed."""

    type: PrincipalType
    # What AWS's messages name.
    name: str
    account: str = ""
    # Of a session.
    role: str = ""
    # All names of a service: some have one for each region, too.
    services: tuple[str, ...] = ()

    @classmethod
    def user(cls, arn: str) -> "Principal":
        """An IAM user, or an account's root user."""
        kind = PrincipalType.ROOT if _ROOT.fullmatch(arn) else PrincipalType.USER
        return cls(kind, arn, account=_account(arn))

    @classmethod
    def session(cls, role: str, name: str) -> "Principal":
        """A session of a role, whose ARN has the role's path."""
        partition = role.split(":")[1]
        account = _account(role)
        short = role.rpartition("/")[2]
        arn = f"arn:{partition}:sts::{account}:assumed-role/{short}/{name}"
        return cls(PrincipalType.SESSION, arn, account=account, role=role)

    @classmethod
    def service(cls, name: str, *others: str) -> "Principal":
        """A service of AWS for itself, under all its names."""
        return cls(PrincipalType.SERVICE, name, services=(name, *others))

    @classmethod
    def federated(cls, provider: str) -> "Principal":
        """Somebody whom an identity provider vouches for, and who asks for a role."""
        return cls(PrincipalType.FEDERATED, provider)

    @classmethod
    def anonymous(cls) -> "Principal":
        """Whoever does not sign."""
        return cls(PrincipalType.ANONYMOUS, "anonymous")

    @property
    def has_identity(self) -> bool:
        """Whether identity policies can be attached to it, or it needs none."""
        return bool(self.account)

    @property
    def arn(self) -> str:
        """What `aws:PrincipalArn` is: of a session, its role."""
        return self.role or (self.name if self.account else "")

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that AWS fills in of the principal.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        found: dict[str, tuple[str, ...]] = {
            "aws:principalisawsservice": (str(bool(self.services)).lower(),)
        }
        if self.type is PrincipalType.ANONYMOUS:
            found["aws:principaltype"] = (self.type,)
        if self.account:
            found["aws:principalarn"] = (self.arn,)
            found["aws:principalaccount"] = (self.account,)
            found["aws:principaltype"] = (self.type,)
        if self.type is PrincipalType.USER:
            found["aws:username"] = (self.name.rpartition("/")[2],)
        if self.services:
            found["aws:principalservicename"] = (self.name,)
            found["aws:principalservicenameslist"] = self.services
        return found


@dataclass(frozen=True)
class Principals:
    """The `Principal` element of a statement, or `NotPrincipal`."""

    # What stands under "AWS", except accounts.
    arns: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    everyone: bool = False
    negated: bool = False
    written: Any = field(default=None, compare=False)

    @classmethod
    def parse(cls, written: str | Mapping[str, Any], *, negated: bool = False) -> "Principals":
        """The element as it stands in a policy; ValueError if it has no such form."""
        if written == "*":
            return cls(everyone=True, negated=negated, written=written)
        if not isinstance(written, Mapping) or not written:
            raise ValueError("Invalid principal in policy")
        if unknown := set(written) - {"AWS", "Service", "Federated", "CanonicalUser"}:
            raise ValueError(f"Invalid principal in policy: {sorted(unknown)[0]}")
        named = texts_of(written.get("AWS", ()))
        accounts = {each for name in named if (each := _whole_account(name))}
        return cls(
            arns=frozenset(name for name in named if not _whole_account(name)),
            accounts=frozenset(accounts),
            services=frozenset(texts_of(written.get("Service", ()))),
            federated=frozenset(texts_of(written.get("Federated", ()))),
            everyone="*" in named,
            negated=negated,
            written=written,
        )

    def reach(self, principal: Principal) -> Reach:
        """How an Allow names the principal."""
        if self.negated:
            return Reach.NONE if self._named(principal) else Reach.DIRECT
        return self._named(principal)

    def denied(self, principal: Principal, *, bounded: bool) -> bool:
        """Whether a Deny is about the principal.

        To except somebody, `NotPrincipal` has to name the account, too; it never excepts whoever
        has a permissions boundary.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        if not self.negated:
            return self._named(principal) is not Reach.NONE
        if bounded:
            return True
        if not principal.has_identity or self.everyone:
            return self._named(principal) is Reach.NONE
        itself = principal.type is PrincipalType.ROOT or principal.arn in self.arns
        return principal.account not in self.accounts or not itself

    def _named(self, principal: Principal) -> Reach:
        if self.everyone:
            return Reach.DIRECT
        if principal.services:
            known = "*" in self.services or not self.services.isdisjoint(principal.services)
            return Reach.DIRECT if known else Reach.NONE
        if principal.type is PrincipalType.FEDERATED:
            return Reach.DIRECT if principal.name in self.federated else Reach.NONE
        if principal.name in self.arns:
            return Reach.DIRECT
        if principal.role and principal.role in self.arns:
            return Reach.ROLE
        return Reach.ACCOUNT if principal.account in self.accounts else Reach.NONE


def _whole_account(name: str) -> str:
    """The account that is named as a whole, by its number or its root."""
    if _ACCOUNT.fullmatch(name):
        return name
    root = _ROOT.fullmatch(name)
    return root[1] if root else ""


def _account(arn: str) -> str:
    parts: Sequence[str] = arn.split(":", 5)
    if len(parts) < 6:
        raise ValueError(f"no ARN: {arn}")
    return parts[4]
