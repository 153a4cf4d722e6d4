"""Alarms over alarms."""

from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from constructs import Construct

from config.naming import Naming
from modules.monitoring.runbooks import Runbooks


def composite_alarm(
    scope: Construct,
    id_: str,
    *,
    naming: Naming,
    purpose: str,
    description: str,
    rule: str,
    topic_arn: str,
    runbooks: Runbooks,
    runbook: str = "",
) -> CloudwatchCompositeAlarm:
    """An alarm that tells a topic when a rule over other alarms of the region holds.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
    """
    return CloudwatchCompositeAlarm(
        scope,
        id_,
        alarm_name=naming.name(purpose),
        alarm_description=runbooks.described(description, runbook or purpose),
        alarm_rule=rule,
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
    )
