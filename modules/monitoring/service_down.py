"""One alarm for the whole service."""

from collections.abc import Sequence

from constructs import Construct

from config.naming import Naming
from modules.monitoring.composite import composite_alarm
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
        alarm = composite_alarm(
            self,
            "alarm",
            naming=naming,
            purpose=SERVICE_DOWN,
            description="Users are not served: start here, then see which alarm caused it.",
            rule=" OR ".join(f'ALARM("{arn}")' for arn in alarm_arns),
            topic_arn=topic_arn,
            runbooks=runbooks,
        )
        self.arn: str = alarm.arn
