"""The edge tier."""

from cdktf import TerraformOutput, TerraformProvider
from constructs import Construct

from config import Settings
from modules.dns.certificate import Certificate
from modules.dns.hosted_zone import HostedZone
from modules.edge.access_logs import AccessLogs
from modules.edge.alias_records import AliasRecords
from modules.edge.distribution import Distribution
from modules.edge.error_pages import ErrorPages
from modules.edge.origins import ApplicationOrigin, AssetsOrigin, PrivateWay
from modules.edge.response_headers import ResponseHeaders
from modules.edge.web_acl import WebAcl, WebAclLogs
from modules.encryption.key import EncryptionKey
from modules.storage.bucket import Bucket
from modules.storage.bucket_policy import CLOUDFRONT_LOGS
from stacks.base import TierStack
from stacks.dns import DnsStack
from stacks.logs import LogsStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack
from stacks.web import WebStack


class EdgeStack(TierStack):
    """CloudFront and WAF before the site, and the site's names."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        logs: LogsStack,
        security: SecurityStack,
        dns: DnsStack,
        storage: StorageStack,
        web: WebStack,
    ) -> None:
        super().__init__(scope, "edge", settings=settings)
        us_east_1 = self.global_provider()
        self.web_acl = self._web_acl(security.global_logs_key, us_east_1)
        self.certificate = self._certificate(web.certificate, us_east_1)
        self.distribution = self._distribution(
            assets_bucket=storage.assets_bucket, application=self._application(web)
        )
        AccessLogs(
            self,
            "access-logs",
            naming=self.naming,
            distribution_arn=self.distribution.arn,
            bucket_arn=logs.bucket.arn,
            folder=CLOUDFRONT_LOGS,
            provider=us_east_1,
        )
        self._names(dns.hosted_zone)
        TerraformOutput(self, "site_url", value=f"https://{settings.domain}/")
        TerraformOutput(self, "distribution_id", value=self.distribution.id)

    def _web_acl(self, logs_key: EncryptionKey, us_east_1: TerraformProvider) -> WebAcl:
        web_acl = WebAcl(
            self,
            "web-acl",
            naming=self.naming,
            waf=self.settings.edge.waf,
            provider=us_east_1,
        )
        self.web_acl_logs = WebAclLogs(
            self,
            "web-acl-logs",
            naming=self.naming,
            web_acl_arn=web_acl.arn,
            retention_in_days=self.settings.log_retention_days,
            kms_key_arn=logs_key.arn,
            provider=us_east_1,
        )
        return web_acl

    def _certificate(
        self, of_load_balancer: Certificate, us_east_1: TerraformProvider
    ) -> Certificate:
        """CloudFront's, which the records of the load balancer's validate."""
        return Certificate(
            self,
            "certificate",
            naming=self.naming,
            name="edge-certificate",
            domain_names=self.settings.site_names,
            validation_records=of_load_balancer.validation_records,
            provider=us_east_1,
        )

    def _application(self, web: WebStack) -> ApplicationOrigin:
        private_way = None
        if self.settings.application.load_balancer == "private":
            private_way = PrivateWay(
                self, "private-way", naming=self.naming, load_balancer_arn=web.load_balancer.arn
            )
        return ApplicationOrigin(
            self,
            "application",
            domain_name=web.load_balancer.dns_name,
            header_name=web.origin_secret.header_name,
            header_value=web.origin_secret.sent,
            read_timeout_seconds=self.settings.edge.origin_timeout_seconds,
            private_way=private_way,
        )

    def _distribution(
        self, *, assets_bucket: Bucket, application: ApplicationOrigin
    ) -> Distribution:
        edge, naming = self.settings.edge, self.naming
        return Distribution(
            self,
            "distribution",
            naming=naming,
            domain_names=self.settings.site_names,
            certificate_arn=self.certificate.arn,
            web_acl_arn=self.web_acl.arn,
            application=application,
            assets=AssetsOrigin(
                self, "assets", naming=naming, domain_name=assets_bucket.regional_domain_name
            ),
            error_pages=ErrorPages(self, "error-pages", naming=naming, bucket=assets_bucket.name),
            response_headers=ResponseHeaders(
                self,
                "response-headers",
                naming=naming,
                content_security_policy=edge.content_security_policy,
                headers=edge.response_headers,
            ),
            static_paths=edge.static_paths,
            price_class=edge.price_class,
            blocked_countries=edge.blocked_countries,
        )

    def _names(self, hosted_zone: HostedZone) -> None:
        AliasRecords(
            self,
            "names",
            zone_id=hosted_zone.zone_id,
            domain_names=self.settings.site_names,
            target_domain_name=self.distribution.domain_name,
            target_zone_id=self.distribution.hosted_zone_id,
        )
