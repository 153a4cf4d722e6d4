"""What happens to the database, as RDS tells it."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.db_event_subscription import DbEventSubscription
from constructs import Construct

from config.naming import Naming

# Backups happen every day; these ask for somebody's attention, or tell who looks after the account
# that somebody has changed the database.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
# https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-20
CATEGORIES = (
    "availability",
    "configuration change",
    "deletion",
    "failover",
    "failure",
    "low storage",
    "maintenance",
    "read replica",
    "recovery",
)


class DatabaseEvents(Construct):
    """Tells a topic when an instance fails, fails over, fills up, is changed or maintained."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        topic_arn: str,
        identifiers: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        DbEventSubscription(
            self,
            "subscription",
            name=naming.name("database"),
            sns_topic=topic_arn,
            source_type="db-instance",
            source_ids=list(identifiers),
            event_categories=list(CATEGORIES),
        )
