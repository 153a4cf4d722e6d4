"""Which requests the load balancer forwards to the instances."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
    LbListenerRuleConditionHttpHeader,
)
from constructs import Construct

from config.naming import Naming
from modules.web.origin_secret import OriginValue


class Forwarding(Construct):
    """Those that carry the secret header; what registers targets waits for `rule`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        listener_arn: str,
        target_group_arn: str,
        header_name: str,
        header_values: Sequence[OriginValue],
    ) -> None:
        super().__init__(scope, id_)
        self.rule = LbListenerRule(
            self,
            "from-distribution",
            listener_arn=listener_arn,
            priority=1,
            condition=[
                LbListenerRuleCondition(
                    http_header=LbListenerRuleConditionHttpHeader(
                        http_header_name=header_name,
                        values=[each.read(self) for each in header_values],
                    )
                )
            ],
            action=[LbListenerRuleAction(type="forward", target_group_arn=target_group_arn)],
            tags={"Name": naming.name("from-distribution")},
        )
