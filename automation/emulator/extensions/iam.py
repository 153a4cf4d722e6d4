"""IAM: a policy stays while something has it, and its versions go first; moto deletes both.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
"""

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from automation.emulator.extensions.double import Refused

_VERSIONS = (
    "This policy has more than one version. Before you delete a policy, you must delete the"
    " policy's versions. The default version is deleted with the policy."
)


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
