from cdktf import TerraformStack

from config import Naming
from modules.monitoring.alarm import Alarm
from modules.monitoring.alarm_topic import AlarmTopic
from modules.monitoring.metric import Metric
from tests.synthesized import Synthesized, policy, synthesize

KEY = "arn:aws:kms:eu-north-1:123456789012:key/logs"


def topic(naming: Naming, *emails: str) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        AlarmTopic(
            stack,
            "topic",
            naming=naming,
            purpose="alarms",
            region="eu-north-1",
            kms_key_arn=KEY,
            emails=emails,
            publishers={"events.rds.amazonaws.com": "arn:aws:rds:eu-north-1:123456789012:*"},
        )

    return synthesize(build)


def test_the_topic_is_encrypted(naming: Naming) -> None:
    assert topic(naming).has("aws_sns_topic", name="prod-349081-alarms", kms_master_key_id=KEY)


def test_services_publish_only_for_the_account(naming: Naming) -> None:
    document = topic(naming).only("aws_sns_topic_policy")["policy"]
    statements = policy(document)
    sources = {
        "PublishFromCloudwatch": (
            "cloudwatch.amazonaws.com",
            "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:*",
        ),
        "PublishFromEventsRds": (
            "events.rds.amazonaws.com",
            "arn:aws:rds:eu-north-1:123456789012:*",
        ),
    }
    assert set(statements) == {"DenyInsecureTransport", *sources}
    for sid, (service, source) in sources.items():
        assert statements[sid]["Principal"] == {"Service": service}
        assert statements[sid]["Action"] == ["sns:Publish"]
        assert statements[sid]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": source},
        }


def test_nobody_publishes_without_tls(naming: Naming) -> None:
    document = topic(naming).only("aws_sns_topic_policy")["policy"]
    deny = policy(document)["DenyInsecureTransport"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", {"AWS": "*"})
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_changed_list_leaves_the_other_subscriptions_alone(naming: Naming) -> None:
    before = topic(naming, "a@example.com", "b@example.com").resources("aws_sns_topic_subscription")
    after = topic(naming, "b@example.com").resources("aws_sns_topic_subscription")
    assert len(before) == 2
    assert after.items() <= before.items()


def test_what_it_fails_to_deliver_is_an_alarm_for_another(naming: Naming) -> None:
    alarms: list[Alarm] = []

    def build(stack: TerraformStack) -> None:
        topic = AlarmTopic(
            stack, "topic", naming=naming, purpose="alarms", region="eu-north-1", kms_key_arn=KEY
        )
        alarms.append(topic.undelivered_alarm())

    synthesize(build)
    (alarm,) = alarms
    assert alarm.purpose == "alarms-undelivered"
    assert isinstance(alarm.metric, Metric)
    assert alarm.metric.name == "NumberOfNotificationsFailed"
    assert set(alarm.metric.dimensions) == {"TopicName"}
    assert (alarm.threshold, alarm.datapoints_to_alarm) == (0, 1)
