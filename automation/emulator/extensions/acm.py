"""ACM: certificates that it issued itself are renewed by it; moto renews none.

https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from typing import Any

from moto.acm.models import CertBundle


def install() -> None:
    """Say of a certificate whether ACM renews it."""
    describe = CertBundle.describe

    def describe_with_renewal(self: CertBundle) -> dict[str, Any]:
        answer = describe(self)
        if self.type == "AMAZON_ISSUED" and self.status == "ISSUED":
            answer["Certificate"]["RenewalEligibility"] = "ELIGIBLE"
        return answer

    CertBundle.describe = describe_with_renewal  # type: ignore[method-assign]
