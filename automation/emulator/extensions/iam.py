"""IAM: a policy stays while something has it, and its versions go first; moto deletes both.

Policies fit into their quotas, and trust whom the account knows.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import re

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from automation.emulator.extensions.double import Refused, absent_principals

_VERSIONS = (
    "This policy has more than one version. Before you delete a policy, you must delete the"
    " policy's versions. The default version is deleted with the policy."
)
_MANAGED, _TRUST, _INLINE, _ATTACHED = 6144, 2048, 10240, 10
_SPACE = re.compile(r"\s+")


class Iam(IamResponse):
    """Policies that know who has them."""

    def delete_policy(self) -> ActionResult:
        """What is in use stays."""
        policy = self.backend.managed_policies.get(self._get_param("PolicyArn"))
        if policy is not None and policy.attachment_count:
            raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.")
        if policy is not None and len(policy.versions) > 1:
            raise Refused("DeleteConflict", _VERSIONS)
        return super().delete_policy()

    def create_policy(self) -> ActionResult:
        """Of the size that a managed policy may have."""
        _limit(self._get_param("PolicyDocument"), _MANAGED, "PolicySize")
        return super().create_policy()

    def create_policy_version(self) -> ActionResult:
        """Of the size that a managed policy may have."""
        _limit(self._get_param("PolicyDocument"), _MANAGED, "PolicySize")
        return super().create_policy_version()

    def create_role(self) -> ActionResult:
        """One that trusts whom the account knows, in so many words."""
        self._check_trust(self._get_param("AssumeRolePolicyDocument"))
        return super().create_role()

    def update_assume_role_policy(self) -> ActionResult:
        """Trust whom the account knows, in so many words."""
        self._check_trust(self._get_param("PolicyDocument"))
        return super().update_assume_role_policy()

    def put_role_policy(self) -> ActionResult:
        """All inline policies of a role share a size."""
        name, given = self._get_param("RoleName"), self._get_param("PolicyName")
        policies = {**self.backend.get_role(name).policies}
        policies[given] = self._get_param("PolicyDocument")
        if sum(map(_size, policies.values())) > _INLINE:
            message = f"Maximum policy size of {_INLINE} bytes exceeded for role {name}"
            raise Refused("LimitExceeded", message)
        return super().put_role_policy()

    def attach_role_policy(self) -> ActionResult:
        """As many as a role may have."""
        role = self.backend.get_role(self._get_param("RoleName"))
        attached = {*role.managed_policies, self._get_param("PolicyArn")}
        if len(attached) > _ATTACHED:
            message = f"Cannot exceed quota for PoliciesPerRole: {_ATTACHED}"
            raise Refused("LimitExceeded", message)
        return super().attach_role_policy()

    def _check_trust(self, document: str) -> None:
        """Who is not there is no principal.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
        """
        _limit(document, _TRUST, "ACLSizePerRole")
        for each in absent_principals(document, self.current_account):
            message = f'Invalid principal in policy: "AWS":"{each}"'
            raise Refused("MalformedPolicyDocument", message)


def _limit(document: str, most: int, name: str) -> None:
    if _size(document) > most:
        raise Refused("LimitExceeded", f"Cannot exceed quota for {name}: {most}")


def _size(document: str) -> int:
    """IAM does not count white space."""
    return len(_SPACE.sub("", document))
