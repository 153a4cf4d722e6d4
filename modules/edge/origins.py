"""Where CloudFront gets answers from: the load balancer and the assets bucket."""

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginCustomHeader,
    CloudfrontDistributionOriginCustomOriginConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from constructs import Construct

from config.naming import Naming
from modules.web.origin_secret import OriginValue

# Below the load balancer's idle timeout, so that CloudFront never uses a connection that the load
# balancer is about to close.
_KEEPALIVE_SECONDS = 5


class ApplicationOrigin(Construct):
    """The load balancer over TLS, which knows CloudFront's requests by a secret header.

    Terraform reads the secret as it plans, so only its state has the value.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html
    """

    origin_id = "application"

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        domain_name: str,
        header_name: str,
        header_value: OriginValue,
        read_timeout_seconds: int,
    ) -> None:
        super().__init__(scope, id_)
        self.origin = CloudfrontDistributionOrigin(
            origin_id=self.origin_id,
            domain_name=domain_name,
            custom_header=[
                CloudfrontDistributionOriginCustomHeader(
                    name=header_name, value=header_value.read(self)
                )
            ],
            custom_origin_config=CloudfrontDistributionOriginCustomOriginConfig(
                http_port=80,
                https_port=443,
                origin_protocol_policy="https-only",
                origin_ssl_protocols=["TLSv1.2"],
                origin_read_timeout=read_timeout_seconds,
                origin_keepalive_timeout=_KEEPALIVE_SECONDS,
            ),
        )


class AssetsOrigin(Construct):
    """A private bucket, read with signed requests.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """

    origin_id = "assets"

    def __init__(self, scope: Construct, id_: str, *, naming: Naming, domain_name: str) -> None:
        super().__init__(scope, id_)
        access = CloudfrontOriginAccessControl(
            self,
            "access-control",
            name=naming.name("assets"),
            description="Reads of the assets bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        self.origin = CloudfrontDistributionOrigin(
            origin_id=self.origin_id,
            domain_name=domain_name,
            origin_access_control_id=access.id,
        )
