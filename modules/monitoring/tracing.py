"""Which requests X-Ray traces, and which traces deserve a look."""

from cdktf_cdktf_provider_aws.xray_group import XrayGroup, XrayGroupInsightsConfiguration
from cdktf_cdktf_provider_aws.xray_sampling_rule import XraySamplingRule
from constructs import Construct

from config.naming import Naming


class Tracing(Construct):
    """Samples a share of a service's requests, and collects those that failed or were slow.

    The names of groups and rules have at most 32 characters.
    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        service_name: str,
        percent: int,
        slow_seconds: float,
    ) -> None:
        super().__init__(scope, id_)
        XraySamplingRule(
            self,
            "sampling-rule",
            rule_name=naming.name("requests"),
            priority=1000,
            version=1,
            # One request per second besides the share, so that a quiet site is traced, too.
            reservoir_size=1 if percent else 0,
            fixed_rate=percent / 100,
            service_name=service_name,
            service_type="*",
            host="*",
            http_method="*",
            url_path="*",
            resource_arn="*",
        )
        XrayGroup(
            self,
            "group",
            group_name=naming.name("trouble"),
            filter_expression=(
                f'service("{service_name}") {{ fault = true OR responsetime > {slow_seconds:g} }}'
            ),
            insights_configuration=XrayGroupInsightsConfiguration(
                insights_enabled=True, notifications_enabled=False
            ),
        )
