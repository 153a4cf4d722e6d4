"""DNS records that point the site's names at CloudFront."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.route53_record import Route53Record, Route53RecordAlias
from constructs import Construct


class AliasRecords(Construct):
    """An A and an AAAA record for each of `domain_names`.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-cloudfront-distribution.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        zone_id: str,
        domain_names: Sequence[str],
        target_domain_name: str,
        target_zone_id: str,
    ) -> None:
        super().__init__(scope, id_)
        target = Route53RecordAlias(
            name=target_domain_name, zone_id=target_zone_id, evaluate_target_health=False
        )
        for name in domain_names:
            for record_type in ("A", "AAAA"):
                Route53Record(
                    self,
                    f"{name}-{record_type}",
                    zone_id=zone_id,
                    name=name,
                    type=record_type,
                    alias=target,
                )
