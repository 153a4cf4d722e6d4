"""Route 53: a hosted zone that the account has from the start, and references that are used up.

CreateHostedZone makes its ids up, and an environment that uses an existing zone names its id.
"""

from typing import Any

from moto.route53.exceptions import HostedZoneNotEmpty
from moto.route53.models import FakeZone, Route53Backend, route53_backends

from automation.emulator.extensions.double import Refused

_NOT_EMPTY = (
    "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
)


def install() -> None:
    """Take a caller reference once, and say in Route 53's words what is still in a zone.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html
    """
    create = Route53Backend.create_hosted_zone

    def create_once(self: Route53Backend, *args: Any, **kwargs: Any) -> FakeZone:
        reference = kwargs.get("caller_reference")
        if any(each.caller_reference == reference for each in self.zones.values()):
            message = "A hosted zone has already been created with the specified caller reference."
            raise Refused("HostedZoneAlreadyExists", message)
        return create(self, *args, **kwargs)

    Route53Backend.create_hosted_zone = create_once  # type: ignore[method-assign]
    delete = Route53Backend.delete_hosted_zone

    def delete_empty(self: Route53Backend, id_: str) -> FakeZone | None:
        try:
            return delete(self, id_)
        except HostedZoneNotEmpty:
            raise Refused("HostedZoneNotEmpty", _NOT_EMPTY) from None

    Route53Backend.delete_hosted_zone = delete_empty  # type: ignore[method-assign]


def add_hosted_zone(account_id: str, zone_id: str, name: str) -> None:
    """A public zone."""
    backend = route53_backends[account_id]["aws"]
    zone = backend.create_hosted_zone(
        name=f"{name}.",
        private_zone=False,
        caller_reference=zone_id,
        comment="there before Terraform",
    )
    del backend.zones[zone.resource_id]
    zone.resource_id = zone_id
    backend.zones[zone_id] = zone
