"""What a scanner has against a resource."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`resource` is the path of its construct, which begins with the stack."""

    environment: str
    resource: str
    check: str
    says: str
