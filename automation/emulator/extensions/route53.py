"""Route 53: a hosted zone that the account has from the start, under an id that is given.

CreateHostedZone makes its ids up, and an environment that uses an existing zone names its id.
"""

from moto.route53.models import route53_backends


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
