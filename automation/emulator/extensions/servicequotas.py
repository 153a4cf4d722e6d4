"""Service Quotas: what a new account may have, and increases, which are granted at once.

moto knows the default quotas of VPC alone.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

import time
import uuid
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS
from moto.servicequotas.responses import ServiceQuotasResponse

from automation.emulator.extensions.double import Double, not_found

# https://docs.aws.amazon.com/general/latest/gr/ec2-service.html#limits_ec2
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
_DEFAULTS = {
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 5.0),
    ("ec2", "L-1216C47A"): (
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        5.0,
    ),
    ("ec2", "L-34B43A08"): (
        "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
        5.0,
    ),
    ("ec2", "L-DB2E81BA"): ("Running On-Demand G and VT instances", 0.0),
    ("ec2", "L-3819A6DF"): ("All G and VT Spot Instance Requests", 0.0),
    ("rds", "L-7B6409FD"): ("DB instances", 40.0),
    **{
        ("vpc", each["QuotaCode"]): (each["QuotaName"], each["Value"])
        for each in VPC_DEFAULT_QUOTAS
    },
}
# "For some quotas, only the default values are available", until they are increased.
_DEFAULT_ONLY = ("rds",)


def quota(region: str, service: str, code: str) -> float:
    """What an account may have, with what it was granted."""
    default = float(str(_DEFAULTS[service, code][1]))
    return ServiceQuotas._increased.get((region, service, code), default)


class ServiceQuotas(ServiceQuotasResponse, Double):
    """Increases by region, service and code."""

    _increased: ClassVar[dict[tuple[str, str, str], float]] = {}

    def get_service_quota(self) -> ActionResult:  # type: ignore[override]
        """What holds for the account."""
        service, code = self._given()
        value = self._increased.get((self.region, service, code))
        if value is None and service in _DEFAULT_ONLY:
            raise not_found("NoSuchResourceException", f"applied quota {code}")
        return ActionResult({"Quota": self._quota(value)})

    def get_aws_default_service_quota(self) -> ActionResult:
        """What holds for an account without increases."""
        return ActionResult({"Quota": self._quota(None)})

    def request_service_quota_increase(self) -> ActionResult:
        """Granted: nobody has to be asked here."""
        service, code = self._given()
        quota = self._quota(self.parameters()["DesiredValue"])
        self._increased[self.region, service, code] = quota["Value"]
        request = {
            "Id": uuid.uuid4().hex,
            "Status": "APPROVED",
            "Created": time.time(),
            "DesiredValue": quota["Value"],
            **{name: quota[name] for name in ("ServiceCode", "QuotaCode", "QuotaName")},
        }
        return ActionResult({"RequestedQuota": request})

    def _quota(self, value: float | None) -> dict[str, Any]:
        service, code = self._given()
        if (service, code) not in _DEFAULTS:
            raise not_found("NoSuchResourceException", f"quota {code} of {service}")
        name, default = _DEFAULTS[service, code]
        return {
            "ServiceCode": service,
            "QuotaCode": code,
            "QuotaName": name,
            "Value": default if value is None else value,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }

    def _given(self) -> tuple[str, str]:
        given = self.parameters()
        return given["ServiceCode"], given["QuotaCode"]
