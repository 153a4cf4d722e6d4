"""ACM: certificates wait for their validation records, and stay while something uses them.

moto issues a certificate to whoever waits, deletes it under a listener, and renews none.
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

import time
from collections.abc import Iterator
from typing import Any

from moto.acm.models import CertBundle, acm_backends
from moto.acm.responses import AWSCertificateManagerResponse
from moto.cloudfront.models import cloudfront_backends
from moto.core.responses import ActionResult
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends

from automation.emulator.extensions.double import Refused

# How long ACM takes to issue a certificate whose records are there: minutes, in life.
ISSUED_AFTER_SECONDS = 0
# What is not known of a certificate before it is issued.
_NOT_YET_KNOWN = ("IssuedAt", "NotAfter", "NotBefore", "Serial")


class Acm(AWSCertificateManagerResponse):
    """Certificates that know who uses them."""

    def delete_certificate(self) -> ActionResult:
        """What is in use stays.

        https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html
        """
        arn = self._get_param("CertificateArn")
        if any(users(arn)):
            message = f"Certificate {arn} in account {self.current_account} is in use."
            raise Refused("ResourceInUseException", message)
        return super().delete_certificate()


def find(arn: str) -> CertBundle | None:
    """A certificate as it is now, in whichever region and account its ARN says."""
    _, _, service, region, account, *_ = arn.split(":")
    if service != "acm":
        return None
    found: CertBundle | None = acm_backends[account][region]._certificates.get(arn)
    if found is not None:
        found.check()
    return found


def users(arn: str) -> Iterator[str]:
    """The ARNs of the load balancers and distributions that have a certificate."""
    _, _, _, region, account, *_ = arn.split(":")
    for balancer in elbv2_backends[account][region].load_balancers.values():
        for listener in balancer.listeners.values():
            if arn in (listener.certificate, *listener.certificates):
                yield balancer.arn
                break
    for distribution in cloudfront_backends[account]["aws"].distributions.values():
        if distribution.ViewerCertificate.acm_certificate_arn == arn:
            yield distribution.arn


def install() -> None:
    """Say of a certificate what ACM says: whether it is issued, who uses it, who renews it."""
    describe, check = CertBundle.describe, CertBundle.check

    def describe_as_acm(self: CertBundle) -> dict[str, Any]:
        answer = describe(self)
        certificate = answer["Certificate"]
        certificate["InUseBy"] = list(users(self.arn))
        if self.type == "AMAZON_ISSUED" and self.status == "ISSUED":
            certificate["RenewalEligibility"] = "ELIGIBLE"
        if self.status == "PENDING_VALIDATION":
            for name in _NOT_YET_KNOWN:
                certificate.pop(name, None)
        return answer

    def check_records(self: CertBundle) -> None:
        if self.status != "PENDING_VALIDATION" or _is_validated(self):
            check(self)

    CertBundle.describe = describe_as_acm  # type: ignore[method-assign]
    CertBundle.check = check_records  # type: ignore[method-assign]


def _is_validated(certificate: CertBundle) -> bool:
    """Whether all records have been found, and long enough ago."""
    found = vars(certificate).get("validated_at")
    if found is None and _records(certificate) <= _published(certificate.arn.split(":")[4]):
        found = vars(certificate)["validated_at"] = time.monotonic()
    return found is not None and time.monotonic() - found >= ISSUED_AFTER_SECONDS


def _records(certificate: CertBundle) -> set[tuple[str, str]]:
    """The records by which a domain's owner says that a certificate is wanted."""
    options = certificate.describe()["Certificate"]["DomainValidationOptions"]
    records = [each["ResourceRecord"] for each in options]
    return {(each["Name"], each["Value"]) for each in records}


def _published(account: str) -> set[tuple[str, str]]:
    """Names and values of the CNAME records in the account's public zones."""
    zones = route53_backends[account]["aws"].zones.values()
    return {
        (_absolute(record.name), _absolute(value))
        for zone in zones
        if not zone.private_zone
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in record.records
    }


def _absolute(name: str) -> str:
    return f"{name.rstrip('.')}."
