"""The web tier."""

from cdktf import TerraformOutput
from constructs import Construct

from config import Settings
from config.application import Where
from modules.dns.certificate import Certificate
from modules.web.load_balancer import LoadBalancer
from modules.web.origin_secret import OriginSecret
from stacks.base import TierStack
from stacks.dns import DnsStack
from stacks.logs import LogsStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack


class WebStack(TierStack):
    """A load balancer that only CloudFront reaches, and what proves that a request came by it.

    `load_balancer` is the one that CloudFront asks. Beside it is the other one while one takes over
    from the other; that one is not protected, for it is to go.

    It waits for no instance and no database: CloudFront is made beside them.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        logs: LogsStack,
        security: SecurityStack,
        network: NetworkStack,
        dns: DnsStack,
    ) -> None:
        super().__init__(scope, "web", settings=settings)
        self.certificate = Certificate(
            self,
            "certificate",
            naming=self.naming,
            name="web-certificate",
            domain_names=settings.site_names,
            zone_id=dns.hosted_zone.zone_id,
        )
        self.origin_secret = OriginSecret(
            self,
            "origin-secret",
            naming=self.naming,
            kms_key_arn=security.data_key.arn,
            readers=settings.secret_readers,
            version=settings.application.origin_secret_version,
            recoverable=settings.deletion_protection,
        )
        self.load_balancers = {
            each: self._load_balancer(each, logs, network) for each in settings.load_balancers
        }
        self.load_balancer = self.load_balancers[settings.application.load_balancer]
        TerraformOutput(self, "load_balancer_dns_name", value=self.load_balancer.dns_name)

    def _load_balancer(self, where: Where, logs: LogsStack, network: NetworkStack) -> LoadBalancer:
        settings, private = self.settings, where == "private"
        return LoadBalancer(
            self,
            "private-load-balancer" if private else "load-balancer",
            naming=self.naming,
            subnet_ids=network.vpc.app.ids if private else network.vpc.public.ids,
            security_group_ids=network.security_groups.load_balancer_ids,
            certificate_arn=self.certificate.arn,
            access_log_bucket=logs.bucket.name,
            idle_timeout_seconds=settings.application.idle_timeout_seconds,
            internal=private,
            deletion_protection=settings.deletion_protection
            and where == settings.application.load_balancer,
        )
