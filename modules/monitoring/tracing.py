"""Which traces deserve a look."""

from cdktf_cdktf_provider_aws.xray_group import XrayGroup, XrayGroupInsightsConfiguration
from constructs import Construct

from config.naming import Naming


class Tracing(Construct):
    """Collects the traces of a service's requests that failed or were slow.

    How many are traced is up to the application's environment alone: sampling rules of X-Ray's are
    for who polls them. The names of groups have at most 32 characters.
    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-groups.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        service_name: str,
        slow_seconds: float,
    ) -> None:
        super().__init__(scope, id_)
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
