"""What an environment needs of a quota, and whether it may have that much."""

from collections.abc import Mapping
from dataclasses import dataclass

from automation.checks.claim import Claim
from automation.checks.clients import Clients
from config import Settings


@dataclass(frozen=True)
class Quota:
    """One of the quotas of Service Quotas; `where` tells those of several zones apart."""

    service: str
    code: str
    name: str
    where: str = ""


@dataclass(frozen=True)
class Demand:
    """How much an environment needs, beside what others in the account and region use."""

    quota: Quota
    wanted: int
    others: int

    def claim(self, limit: float, region: str) -> Claim:
        """Claims that both together stay within the limit."""
        needed = self.wanted + self.others
        detail = f"{self.wanted} needed, {self.others} used by others, the quota is {limit:g}"
        claim = Claim(f"{self.quota.name}{self.quota.where}", needed <= limit, detail)
        return claim.otherwise(
            f"ask AWS for {needed}: `aws service-quotas request-service-quota-increase "
            f"--service-code {self.quota.service} --quota-code {self.quota.code} "
            f"--desired-value {needed} --region {region}`"
        )


def limit_of(clients: Clients, quota: Quota) -> float:
    """What holds for the account, or AWS's default where that is all that there is.

    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    quotas = clients.service_quotas
    asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        return quotas.get_service_quota(**asked)["Quota"]["Value"]
    except quotas.exceptions.NoSuchResourceException:
        return quotas.get_aws_default_service_quota(**asked)["Quota"]["Value"]


def belongs(tags: Mapping[str, str], settings: Settings) -> bool:
    """Whether tags are those of something that this environment deployed."""
    names = ("Environment", "Application", "ManagedBy")
    return all(tags.get(name) == settings.required_tags[name] for name in names)
