"""Refusals that Terraform is spared until the platform is mended, by the fact that they show.

Everybody else is refused, so that tests see them. A line goes when its fact is mended.
"""

from moto.core.responses import BaseResponse

NOT_YET = {
    "N2": "NAT gateways do not wait until the internet gateway is attached",
}


def spared(fact: str, response: BaseResponse) -> bool:
    """Whether a request is Terraform's, and the platform does not yet stand the refusal."""
    return fact in NOT_YET and "Terraform" in response.headers.get("User-Agent", "")
