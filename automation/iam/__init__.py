"""AWS's decision about one call, by all policies that apply to it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from automation.iam.patterns import Context, Value, context_of
from automation.iam.policies import Policy, Statement
from automation.iam.principals import Principal, PrincipalType, Reach


class PolicyType(StrEnum):
    """Types of policies as AWS's messages call them, in the order in which they are blamed."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    ENDPOINT = "VPC endpoint policy"


_ARTICLES = {PolicyType.IDENTITY: "an", PolicyType.TRUST: "the"}


@dataclass(frozen=True)
class Call:
    """What somebody asks to do, with all that conditions may ask about it."""

    principal: Principal
    # As "s3:GetObject".
    action: str
    # An ARN, or "*" for an action that is about none.
    resource: str
    context: Mapping[str, Value] = field(default_factory=dict)
    # The account that the resource is in, where its ARN has none: else the caller's own.
    owner: str = ""

    @cached_property
    def account(self) -> str:
        """The account that the resource is in."""
        parts = self.resource.split(":", 5)
        named = parts[4] if len(parts) == 6 else ""
        return self.owner or (named if named.isdecimal() else "") or self.principal.account

    @cached_property
    def keys(self) -> Context:
        """The values of condition keys: those of the call, before what its principal says."""
        own = {"aws:resourceaccount": (self.account,)} if self.account else {}
        return {**self.principal.keys(), **own, **context_of(self.context)}


@dataclass(frozen=True)
class ResourcePolicy:
    """The policy of the resource; without an Allow of a key's or a role's nothing else counts.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    """

    policy: Policy
    must_allow: bool = False
    type: PolicyType = PolicyType.RESOURCE

    @classmethod
    def of_key(cls, policy: Policy) -> "ResourcePolicy":
        """A key policy of KMS."""
        return cls(policy, must_allow=True)

    @classmethod
    def of_role(cls, policy: Policy) -> "ResourcePolicy":
        """A trust policy, for whoever assumes the role."""
        return cls(policy, must_allow=True, type=PolicyType.TRUST)


@dataclass(frozen=True)
class Match:
    """A statement that is about the call."""

    type: PolicyType
    policy: Policy
    statement: Statement
    # How it names who asks; of identity policies, which name nobody, always directly.
    reach: Reach = Reach.DIRECT


@dataclass(frozen=True)
class Decision:
    """What AWS answers, and why."""

    call: Call
    allowed: bool
    # All statements that are about the call, whichever decided.
    matches: tuple[Match, ...] = ()
    # The type of policy that is blamed, or that granted; the root user needs none.
    by: PolicyType | None = None
    # Whether a Deny says so, not the want of an Allow.
    explicit: bool = False

    @property
    def message(self) -> str:
        """AWS's words for a denial: who, what, on what, and why not.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        call = self.call
        on = "" if call.resource == "*" else f" on resource: {call.resource}"
        return (
            f"User: {call.principal.name} is not authorized to perform: {call.action}{on} "
            f"{self._why}"
        )

    @property
    def _why(self) -> str:
        if self.allowed or self.by is None:
            raise ValueError("an allowed call has no denial")
        if self.explicit:
            return f"with an explicit deny in {_ARTICLES.get(self.by, 'a')} {self.by}"
        return f"because no {self.by} allows the {self.call.action} action"


def decide(
    call: Call,
    *,
    identity: Iterable[Policy] = (),
    boundary: Policy | None = None,
    session: Sequence[Policy] = (),
    resource: ResourcePolicy | None = None,
    endpoint: Policy | None = None,
) -> Decision:
    """Decide about a call; who has no identity policies is judged by the resource's alone.

    A session without session policies is not limited; an endpoint is that of the VPC through
    which the call comes.
    """
    about = _Matching(call, bounded=boundary is not None)
    matches = (
        *about.of_identity(PolicyType.IDENTITY, identity),
        *about.of_identity(PolicyType.BOUNDARY, [boundary] if boundary else ()),
        *about.of_identity(PolicyType.SESSION, session),
        *(about.of_resource(resource.type, resource.policy) if resource else ()),
        *(about.of_resource(PolicyType.ENDPOINT, endpoint) if endpoint else ()),
    )
    for match in matches:
        if not match.statement.allows:
            return Decision(call, allowed=False, matches=matches, by=match.type, explicit=True)
    limits = [PolicyType.BOUNDARY] if boundary else []
    limits += [PolicyType.SESSION] if session else []
    verdict = _Verdict(call, matches, resource, tuple(limits), through=endpoint is not None)
    missing = verdict.missing()
    if missing:
        return Decision(call, allowed=False, matches=matches, by=missing)
    return Decision(call, allowed=True, matches=matches, by=verdict.grantor())


@dataclass(frozen=True)
class _Matching:
    """Finds the statements that are about a call."""

    call: Call
    bounded: bool

    def of_identity(self, type_: PolicyType, policies: Iterable[Policy]) -> Iterator[Match]:
        for policy in policies:
            for statement in self._covering(policy):
                yield Match(type_, policy, statement)

    def of_resource(self, type_: PolicyType, policy: Policy) -> Iterator[Match]:
        who = self.call.principal
        for statement in self._covering(policy):
            named = statement.principals
            if named is None:
                continue
            reach = named.reach(who)
            if not statement.allows:
                denied = named.denied(who, bounded=self.bounded)
                reach = Reach.DIRECT if denied else Reach.NONE
            if reach:
                yield Match(type_, policy, statement, reach)

    def _covering(self, policy: Policy) -> Iterator[Statement]:
        action, resource, keys = self.call.action.lower(), self.call.resource, self.call.keys
        return (each for each in policy.statements if each.covers(action, resource, keys))


@dataclass(frozen=True)
class _Verdict:
    """What follows from the statements about a call that none denies."""

    call: Call
    matches: tuple[Match, ...]
    resource: ResourcePolicy | None
    limits: tuple[PolicyType, ...]
    through: bool

    def missing(self) -> PolicyType | None:
        """The type of policy for want of whose Allow the call is denied."""
        if self.through and not self._allows(PolicyType.ENDPOINT):
            return PolicyType.ENDPOINT
        who = self.call.principal
        if not who.has_identity:
            return self._missing_of_resource()
        if who.account != self.call.account:
            # The principal's own account has to allow, too, however it is named there.
            return self._missing_of_identity(Reach.ACCOUNT) or self._missing_of_resource()
        must_allow = self.resource is not None and self.resource.must_allow
        missing = self._missing_of_resource() if must_allow else None
        return missing or self._missing_of_identity(self._reach)

    def _missing_of_resource(self) -> PolicyType | None:
        return None if self._reach else self._resource_type

    def _missing_of_identity(self, reach: Reach) -> PolicyType | None:
        """What of the caller's own policies lacks, as the resource's policy names the caller."""
        if reach is Reach.DIRECT:
            return None
        if reach is not Reach.ROLE and not self._identity_allows:
            return PolicyType.IDENTITY
        return next((each for each in self.limits if not self._allows(each)), None)

    def grantor(self) -> PolicyType | None:
        """The type of policy that granted it: the identity's, before the resource's."""
        if self._allows(PolicyType.IDENTITY):
            return PolicyType.IDENTITY
        return self._resource_type if self._reach else None

    @property
    def _identity_allows(self) -> bool:
        root = self.call.principal.type is PrincipalType.ROOT
        return root or self._allows(PolicyType.IDENTITY)

    @property
    def _resource_type(self) -> PolicyType:
        return self.resource.type if self.resource else PolicyType.RESOURCE

    @property
    def _reach(self) -> Reach:
        """How the resource's policy names who asks, where it allows the call."""
        own = (each.reach for each in self.matches if each.type is self._resource_type)
        return max(own, default=Reach.NONE)

    def _allows(self, type_: PolicyType) -> bool:
        return any(each.type is type_ for each in self.matches)
