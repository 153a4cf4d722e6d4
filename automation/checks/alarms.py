"""Checks that alarms are there and tell somebody."""

from collections.abc import Iterator, Sequence

from automation.checks import lookups
from automation.checks.claim import Claim, covers, equal, same
from automation.checks.clients import Clients
from automation.checks.policies import services_allowed
from config import Settings


def topic_arn(settings: Settings, purpose: str, *, region: str | None = None) -> str:
    """The topic that alarms publish to."""
    return settings.naming.arn("sns", settings.naming.name(purpose), region=region)


def alarms(
    clients: Clients, settings: Settings, *, purposes: Sequence[str], topic: str = "alarms"
) -> Iterator[Claim]:
    """Claims about the alarms for some purposes."""
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{settings.naming.prefix}-", AlarmTypes=["MetricAlarm"]
    )
    wanted = {settings.naming.name(purpose) for purpose in purposes}
    found = [
        alarm for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"] in wanted
    ]
    yield covers("are there", [alarm["AlarmName"] for alarm in found], wanted)
    silent = [alarm["AlarmName"] for alarm in found if not alarm.get("ActionsEnabled")]
    yield same("are switched off", silent, [])
    told = [topic_arn(settings, topic, region=clients.region)]
    astray = [alarm["AlarmName"] for alarm in found if alarm.get("AlarmActions") != told]
    yield same(f"do not tell {told[0]}", astray, [])
    unresolved = [alarm["AlarmName"] for alarm in found if alarm.get("OKActions") != told]
    yield same("do not tell it when all is well again", unresolved, [])


def topic(
    clients: Clients, settings: Settings, *, purpose: str, key: str, emails: Sequence[str]
) -> Iterator[Claim]:
    """Claims about a topic: who may publish, how it is encrypted and whom it tells."""
    arn = topic_arn(settings, purpose, region=clients.region)
    found = clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    used = lookups.key_behind(clients, found["KmsMasterKeyId"])
    yield equal("key", used, lookups.key_arn(clients, settings, key))
    allowed = services_allowed(found["Policy"])
    yield covers("publishers", allowed, ["cloudwatch.amazonaws.com"])
    pages = clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    subscriptions = [each for page in pages for each in page["Subscriptions"]]
    subscribed = [each.get("Endpoint") for each in subscriptions if each.get("Protocol") == "email"]
    yield same("e-mail", subscribed, emails)
