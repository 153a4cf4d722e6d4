from config import Naming
from modules.audit.database_events import DatabaseEvents
from tests.synthesized import synthesize


def test_what_needs_attention_is_told_for_every_instance(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: DatabaseEvents(
            stack, "events", naming=naming, topic_arn="arn:topic", identifiers=["db", "replica"]
        )
    )
    subscription = stack.only("aws_db_event_subscription")
    assert subscription["source_ids"] == ["db", "replica"]
    assert subscription["sns_topic"] == "arn:topic"
    told = set(subscription["event_categories"])
    assert {"failover", "low storage"} <= told
    # https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-20
    assert {"configuration change", "failure", "maintenance"} <= told
