"""The one author of names, tags and ARNs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

# Load balancers and target groups have the shortest names of all that the platform creates: 32
# characters. A prefix within this bound leaves them twelve for what they are.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
MAX_PREFIX_LENGTH = 19


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Names after `<environment>-<app id>`, for one account and region."""

    environment: str
    app_id: str
    account_id: str
    region: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What every name starts with."""
        return f"{self.environment}-{self.app_id}"

    def name(self, purpose: str) -> str:
        """A name that is unique in the account and region."""
        return f"{self.prefix}-{purpose}"

    def replaceable(self, purpose: str, *replacing: str) -> str:
        """A name that changes with what replaces its resource: the new one can be made first."""
        digest = hashlib.sha256("\0".join(replacing).encode()).hexdigest()
        return f"{self.name(purpose)}-{digest[:8]}"

    def bucket(self, purpose: str) -> str:
        """A bucket name, which has to be unique in all of AWS."""
        return f"{self.prefix}-{purpose}-{self.account_id}"

    def bucket_arn(self, purpose: str) -> str:
        """The ARN of such a bucket."""
        return f"arn:aws:s3:::{self.bucket(purpose)}"

    def path(self, purpose: str) -> str:
        """A hierarchical name, as log groups and parameters have."""
        return f"/{self.prefix}/{purpose}"

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """The ARN of a resource in the account; `region=""` for global services."""
        region = self.region if region is None else region
        return f"arn:aws:{service}:{region}:{self.account_id}:{resource}"

    @property
    def boundary(self) -> str:
        """The most that a role of the environment may do: a policy that `bootstrap` makes."""
        return self.arn("iam", f"policy/{self.name('boundary')}", region="")

    @property
    def account_root(self) -> str:
        """The principal that stands for the whole account."""
        return self.arn("iam", "root", region="")
