from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


def test_whoever_is_told_by_e_mail_has_to_confirm_it(emulator: Emulator) -> None:
    sns = emulator.client("sns")
    topic = sns.create_topic(Name="e-mails")["TopicArn"]
    e_mail = {"TopicArn": topic, "Protocol": "email", "Endpoint": "on-call@example.com"}
    assert sns.subscribe(**e_mail)["SubscriptionArn"] == "pending confirmation"
    arn = sns.subscribe(**e_mail, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def state() -> tuple[str, str]:
        attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        assert listed["Endpoint"] == "on-call@example.com"
        return attributes["PendingConfirmation"], listed["SubscriptionArn"]

    assert state() == ("true", "PendingConfirmation")
    code, message = refusal(sns.unsubscribe, SubscriptionArn=arn)
    assert code == "InvalidParameter"
    assert message.endswith("Cannot unsubscribe a subscription that is pending confirmation")
    code, _ = refusal(sns.confirm_subscription, TopicArn=topic, Token="other@example.com")
    assert code == "InvalidParameter"
    sns.confirm_subscription(TopicArn=topic, Token="on-call@example.com")
    assert state() == ("false", arn)
    sns.unsubscribe(SubscriptionArn=arn)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_others_need_not_confirm_anything(emulator: Emulator) -> None:
    sns = emulator.client("sns")
    topic = sns.create_topic(Name="queues")["TopicArn"]
    queue = "arn:aws:sqs:us-west-2:123456789012:queue"
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert attributes["PendingConfirmation"] == "false"
    (listed,) = sns.list_subscriptions()["Subscriptions"][-1:]
    assert listed["SubscriptionArn"] == arn
    sns.unsubscribe(SubscriptionArn=arn)
