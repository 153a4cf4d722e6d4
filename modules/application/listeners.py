"""What the load balancer answers, and what it forwards."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHttpHeader,
)
from constructs import Construct

from config.naming import Naming

HTTP, HTTPS = 80, 443
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


class Listeners(Construct):
    """HTTPS for requests that carry the secret header, 403 for others, a redirect for HTTP."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        load_balancer_arn: str,
        certificate_arn: str,
        target_group_arn: str,
        header_name: str,
        header_values: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._load_balancer_arn = load_balancer_arn
        self._redirect()
        https_arn = self._https(certificate_arn)
        self.forwarding = LbListenerRule(
            self,
            "from-distribution",
            listener_arn=https_arn,
            priority=1,
            condition=[
                LbListenerRuleCondition(
                    http_header=LbListenerRuleConditionHttpHeader(
                        http_header_name=header_name, values=list(header_values)
                    )
                )
            ],
            action=[LbListenerRuleAction(type="forward", target_group_arn=target_group_arn)],
            tags={"Name": naming.name("from-distribution")},
        )

    def _redirect(self) -> None:
        LbListener(
            self,
            "http",
            load_balancer_arn=self._load_balancer_arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(
                        protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301"
                    ),
                )
            ],
            tags={"Name": self._naming.name("http")},
        )

    def _https(self, certificate_arn: str) -> str:
        """The listener's ARN; what no rule lets through is turned away."""
        listener = LbListener(
            self,
            "https",
            load_balancer_arn=self._load_balancer_arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=SSL_POLICY,
            certificate_arn=certificate_arn,
            default_action=[
                LbListenerDefaultAction(
                    type="fixed-response",
                    fixed_response=LbListenerDefaultActionFixedResponse(
                        content_type="text/plain", status_code="403", message_body="Forbidden"
                    ),
                )
            ],
            tags={"Name": self._naming.name("https")},
        )
        return listener.arn
