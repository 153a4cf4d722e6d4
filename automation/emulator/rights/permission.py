"""An action on a resource that a call needs, and the condition keys that it comes with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Permission:
    """As "s3:GetObject" on an ARN, or on "*" where it is about none."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)
