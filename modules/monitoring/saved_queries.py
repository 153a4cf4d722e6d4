"""Questions to the logs that come up in every incident."""

from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from config.naming import Naming

APPLICATION_ERRORS = """\
fields @timestamp, level, message, @logStream
| filter level in ["ERROR", "CRITICAL"]
| sort @timestamp desc
| limit 100"""

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.Generallog.html
SLOW_QUERIES = """\
fields @timestamp
| parse @message /Query_time: (?<seconds>[0-9.]+)\\s+Lock_time: (?<lock_seconds>[0-9.]+)/
| parse @message /Rows_sent: (?<rows_sent>[0-9]+)\\s+Rows_examined: (?<rows_examined>[0-9]+)/
| display @timestamp, seconds, lock_seconds, rows_sent, rows_examined, @message
| sort seconds desc
| limit 50"""


class SavedQueries(Construct):
    """The queries that CloudWatch Logs Insights offers by name, each for its log group."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        application_log_group: str,
        slow_query_log_group: str,
    ) -> None:
        super().__init__(scope, id_)
        queries = {
            "application-errors": (application_log_group, APPLICATION_ERRORS),
            "slow-queries": (slow_query_log_group, SLOW_QUERIES),
        }
        for purpose, (log_group_name, query) in queries.items():
            CloudwatchQueryDefinition(
                self,
                purpose,
                name=naming.name(purpose),
                log_group_names=[log_group_name],
                query_string=query,
            )
