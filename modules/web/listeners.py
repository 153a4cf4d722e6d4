"""What the load balancer answers by itself."""

from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
from constructs import Construct

from config.naming import Naming

HTTP, HTTPS = 80, 443
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


class Listeners(Construct):
    """HTTPS, where 403 is the answer to what no rule forwards, and a redirect for HTTP."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        load_balancer_arn: str,
        certificate_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._load_balancer_arn = load_balancer_arn
        self._redirect()
        self.https_arn: str = self._https(certificate_arn)

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
        """The listener's ARN."""
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
