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
    assert {"failover", "failure", "low storage", "maintenance"} <= set(
        subscription["event_categories"]
    )
