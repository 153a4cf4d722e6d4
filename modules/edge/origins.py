"""Where CloudFront gets answers from: the load balancer and the assets bucket."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrigin,
    CloudfrontDistributionOriginCustomHeader,
    CloudfrontDistributionOriginCustomOriginConfig,
    CloudfrontDistributionOriginVpcOriginConfig,
)
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from cdktf_cdktf_provider_aws.cloudfront_vpc_origin import (
    CloudfrontVpcOrigin,
    CloudfrontVpcOriginVpcOriginEndpointConfig,
    CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols,
)
from constructs import Construct

from config.naming import Naming
from modules.web.origin_secret import OriginValue

# Below the load balancer's idle timeout, so that CloudFront never uses a connection that the load
# balancer is about to close.
_KEEPALIVE_SECONDS = 5
_HTTP, _HTTPS = 80, 443
_PROTOCOL, _TLS = "https-only", ("TLSv1.2",)


class PrivateWay(Construct):
    """CloudFront's interfaces in the subnets of a load balancer that the internet does not reach.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, load_balancer_arn: str
    ) -> None:
        super().__init__(scope, id_)
        origin = CloudfrontVpcOrigin(
            self,
            "vpc-origin",
            vpc_origin_endpoint_config=[
                CloudfrontVpcOriginVpcOriginEndpointConfig(
                    name=naming.name("application"),
                    arn=load_balancer_arn,
                    http_port=_HTTP,
                    https_port=_HTTPS,
                    origin_protocol_policy=_PROTOCOL,
                    origin_ssl_protocols=[
                        CloudfrontVpcOriginVpcOriginEndpointConfigOriginSslProtocols(
                            items=list(_TLS), quantity=len(_TLS)
                        )
                    ],
                )
            ],
            # AWS deletes none that a distribution has: without this, Terraform would try that
            # before it changes the distribution.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": naming.name("application")},
        )
        self.vpc_origin_id: str = origin.id


class ApplicationOrigin(Construct):
    """The load balancer over TLS, which knows CloudFront's requests by a secret header.

    It is asked over the internet, or by a private way.

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
        private_way: PrivateWay | None = None,
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
            custom_origin_config=None if private_way else _over_the_internet(read_timeout_seconds),
            vpc_origin_config=(
                _through(private_way, read_timeout_seconds) if private_way else None
            ),
        )


def _over_the_internet(seconds: int) -> CloudfrontDistributionOriginCustomOriginConfig:
    return CloudfrontDistributionOriginCustomOriginConfig(
        http_port=_HTTP,
        https_port=_HTTPS,
        origin_protocol_policy=_PROTOCOL,
        origin_ssl_protocols=list(_TLS),
        origin_read_timeout=seconds,
        origin_keepalive_timeout=_KEEPALIVE_SECONDS,
    )


def _through(way: PrivateWay, seconds: int) -> CloudfrontDistributionOriginVpcOriginConfig:
    return CloudfrontDistributionOriginVpcOriginConfig(
        vpc_origin_id=way.vpc_origin_id,
        origin_read_timeout=seconds,
        origin_keepalive_timeout=_KEEPALIVE_SECONDS,
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
