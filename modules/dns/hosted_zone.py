"""The public hosted zone of a domain."""

from cdktf_cdktf_provider_aws.route53_record import Route53Record
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from config.naming import Naming

# https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
AMAZON_ISSUERS = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
_CAA_TTL_SECONDS = 3600


class HostedZone(Construct):
    """The existing zone that `existing_zone_id` names, or else a new one.

    A new zone lets only Amazon issue certificates; an existing one may have names that use other
    issuers, so it is left as it is. `name_servers` are those of a new zone: the domain's
    registrar, or the parent zone, has to be told them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        domain_name: str,
        existing_zone_id: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.name_servers: list[str] | None = None
        if existing_zone_id is not None:
            self.zone_id: str = existing_zone_id
            return
        zone = Route53Zone(
            self,
            "zone",
            name=domain_name,
            comment=f"Names of the {naming.prefix} site",
            tags={"Name": naming.name("zone")},
        )
        self.zone_id = zone.zone_id
        self.name_servers = zone.name_servers
        Route53Record(
            self,
            "caa",
            zone_id=zone.zone_id,
            name=domain_name,
            type="CAA",
            ttl=_CAA_TTL_SECONDS,
            records=[f'0 issue "{issuer}"' for issuer in AMAZON_ISSUERS],
        )
