"""A check of the site from outside AWS's region."""

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from config.naming import Naming


class HealthCheck(Construct):
    """Asks for a path over HTTPS from several continents, as a user would.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, domain_name: str, path: str
    ) -> None:
        super().__init__(scope, id_)
        check = Route53HealthCheck(
            self,
            "check",
            type="HTTPS",
            fqdn=domain_name,
            port=443,
            resource_path=path,
            enable_sni=True,
            request_interval=30,
            failure_threshold=3,
            measure_latency=True,
            tags={"Name": naming.name("site")},
        )
        self.id: str = check.id
