"""What stops the replacement of instances by those of a bad release."""

from constructs import Construct

from config.application import RELEASE_ERRORS
from config.naming import Naming
from modules.monitoring.alarm import Alarms
from modules.monitoring.load_balancer import LoadBalancerMetrics, release_alarm
from modules.monitoring.runbooks import Runbooks


class ReleaseAlarm(Construct):
    """The alarm that an instance refresh watches, and so comes before the group.

    Its topic comes with the monitoring tier, after both: CloudWatch asks for it when it tells.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        load_balancer_arn_suffix: str,
        target_group_arn_suffix: str,
        error_percent: float,
        runbooks: str,
    ) -> None:
        super().__init__(scope, id_)
        metrics = LoadBalancerMetrics(
            load_balancer=load_balancer_arn_suffix, target_group=target_group_arn_suffix
        )
        self.alarms = Alarms(
            self,
            "alarms",
            naming=naming,
            topic_arn=naming.arn("sns", naming.name("alarms")),
            runbooks=Runbooks(runbooks),
        )
        self.alarms.add(release_alarm(metrics, error_percent=error_percent))
        self.name: str = self.alarms.names[RELEASE_ERRORS]
