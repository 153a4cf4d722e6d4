"""Questions to the logs that come up in every incident."""

from collections.abc import Mapping

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from config.naming import Naming

APPLICATION_ERRORS = """\
fields @timestamp, level, message, @logStream
| filter level in ["ERROR", "CRITICAL"]
| sort @timestamp desc
| limit 100"""

# What instances print as they boot, and what systemd does with the application.
INSTANCE_BOOT = """\
fields @timestamp, @logStream, @message
| sort @timestamp desc
| limit 200"""

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html
SLOW_QUERIES = """\
fields @timestamp
| parse @message /Query_time: (?<seconds>[0-9.]+)\\s+Lock_time: (?<lock_seconds>[0-9.]+)/
| parse @message /Rows_sent: (?<rows_sent>[0-9]+)\\s+Rows_examined: (?<rows_examined>[0-9]+)/
| display @timestamp, seconds, lock_seconds, rows_sent, rows_examined, @message
| sort seconds desc
| limit 50"""

# https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html
DATABASE_ERRORS = """\
fields @timestamp, @message
| filter @message like /\\[(ERROR|Warning)\\]/
| sort @timestamp desc
| limit 100"""

# https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
BLOCKED_REQUESTS = """\
filter action = "BLOCK"
| stats count(*) as requests by terminatingRuleId, httpRequest.clientIp, httpRequest.uri
| sort requests desc
| limit 50"""

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
TRAIL_EVENTS = """\
fields @timestamp, eventName, userIdentity.arn, sourceIPAddress, errorMessage, awsRegion
| filter userIdentity.type = "Root"
    or eventName like /^(ConsoleLogin|DisableKey|ScheduleKeyDeletion|StartLogging|StopLogging)$/
    or eventName like /^(Create|Update|Delete)Trail$/
| sort @timestamp desc
| limit 100"""

QUERIES = {
    "application-errors": APPLICATION_ERRORS,
    "blocked-requests": BLOCKED_REQUESTS,
    "database-errors": DATABASE_ERRORS,
    "instance-boot": INSTANCE_BOOT,
    "slow-queries": SLOW_QUERIES,
    "trail-events": TRAIL_EVENTS,
}


class SavedQueries(Construct):
    """The queries that CloudWatch Logs Insights offers by name, each for its log group."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        log_groups: Mapping[str, str],
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        for purpose, log_group_name in log_groups.items():
            CloudwatchQueryDefinition(
                self,
                purpose,
                name=naming.name(purpose),
                log_group_names=[log_group_name],
                query_string=QUERIES[purpose],
                provider=provider,
            )
