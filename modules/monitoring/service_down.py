"""One alarm for the whole service."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from config.naming import Naming
from modules.monitoring.runbooks import Runbooks

SERVICE_DOWN = "service-down"


class ServiceDown(Construct):
    """Goes off when any of the alarms does that mean users are not served."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        topic_arn: str,
        alarm_arns: Sequence[str],
        runbooks: Runbooks,
    ) -> None:
        super().__init__(scope, id_)
        alarm = CloudwatchCompositeAlarm(
            self,
            "alarm",
            alarm_name=naming.name(SERVICE_DOWN),
            alarm_description=runbooks.described(
                "Users are not served: start here, then see which alarm caused it.", SERVICE_DOWN
            ),
            alarm_rule=" OR ".join(f'ALARM("{arn}")' for arn in alarm_arns),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
        self.arn: str = alarm.arn
