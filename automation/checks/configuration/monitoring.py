"""Checks of the monitoring tier: alarms and the topic that they notify."""

import json
from collections.abc import Iterator, Sequence
from functools import partial

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, covers, equal, lookups, only, run, same
from automation.checks.lookups import services_allowed
from config import Settings
from config.application import APPLICATION_LOG_GROUP


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


EDGE_ALARMS = (
    "blocked-requests",
    "edge-certificate-expiry",
    "edge-error-rate",
    "global-audit-alarms-undelivered",
    "site-unreachable",
)
SERVICE_ALARMS = (
    "agents-silent",
    "application-errors",
    "audit-alarms-undelivered",
    "error-rate",
    "instance-cpu",
    "instance-disk",
    "instance-memory",
    "instances-at-maximum",
    "instances-missing",
    "instances-silent",
    "latency-p50",
    "latency-p95",
    "latency-p99",
    "lost-keys",
    "no-healthy-host",
    "outage",
    "rejected-connections",
    "release-errors",
    "trail-silent",
    "unhealthy-hosts",
    "web-certificate-expiry",
)
DATABASE_ALARMS = ("connections", "cpu", "memory", "reads", "silent", "storage", "writes")
NAT_ALARMS = ("drops", "ports")
# What a topic fails to deliver, its neighbour tells.
TOLD_BY_AUDIT = ("alarms-undelivered",)
GLOBAL_TOLD_BY_AUDIT = ("global-alarms-undelivered",)
CAUSES = ("no-healthy-host", "outage", "database-silent")


def check_monitoring(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Every alarm tells the right topic, which tells the people who are to know."""
    checks: dict[str, Check] = {
        "alarms": partial(alarms, purposes=regional_alarms(settings)),
        "alarms in us-east-1": _global_alarms,
        "alarms for the audit": partial(alarms, purposes=TOLD_BY_AUDIT, topic="audit-alarms"),
        "alarms for the audit in us-east-1": _global_audit_alarms,
        "service down": _service_down,
        "health check": _health_check,
        "dashboard": _dashboard,
        "topic": _topic,
        "topic in us-east-1": _global_topic,
        "application errors": _application_errors,
    }
    return run("monitoring", clients, settings, checks)


def regional_alarms(settings: Settings) -> list[str]:
    """What there are alarms for in the region."""
    replicas = [f"database-replica-{n}" for n in range(1, settings.database.read_replicas + 1)]
    instances = ["database", *replicas]
    return [
        *SERVICE_ALARMS,
        *_process_alarms(settings),
        *(f"nat-{zone[-1]}-{what}" for zone in lookups.nat_zones(settings) for what in NAT_ALARMS),
        *(f"{instance}-{what}" for instance in instances for what in DATABASE_ALARMS),
        *(f"{replica}-lag" for replica in replicas),
    ]


def _global_alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    return alarms(clients.in_us_east_1, settings, purposes=EDGE_ALARMS, topic="global-alarms")


def _global_audit_alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    there, topic = clients.in_us_east_1, "global-audit-alarms"
    return alarms(there, settings, purposes=GLOBAL_TOLD_BY_AUDIT, topic=topic)


def _service_down(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("service-down")
    answer = clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    alarm = only(answer["CompositeAlarms"], f"composite alarm {name}")
    yield equal("enabled", alarm.get("ActionsEnabled"), True)
    yield equal("tells", alarm.get("AlarmActions"), [topic_arn(settings, "alarms")])
    rule = alarm.get("AlarmRule", "")
    causes = {settings.naming.name(cause) for cause in CAUSES}
    yield covers("causes", {cause for cause in causes if f'{cause}"' in rule}, causes)


def _health_check(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Ours is known by its name: anybody may check the same site."""
    pages = clients.route53.get_paginator("list_health_checks").paginate()
    checks = [each for page in pages for each in page["HealthChecks"]]
    of_site = [
        each
        for each in checks
        if each["HealthCheckConfig"].get("FullyQualifiedDomainName") == settings.domain
    ]
    name = settings.naming.name("site")
    found = only(
        (each for each in of_site if _health_check_name(clients, each["Id"]) == name),
        f"health check {name}",
    )["HealthCheckConfig"]
    yield equal("kind", (found["Type"], found.get("Port")), ("HTTPS", 443))
    yield equal("path", found.get("ResourcePath"), settings.application.health_check.path)
    turned = found.get("Disabled", False), found.get("Inverted", False)
    yield equal("switched off, turned around", turned, (False, False))
    yield equal("host name in TLS", found.get("EnableSNI"), True)
    yield equal("seconds between requests", found.get("RequestInterval"), 30)


def _health_check_name(clients: Clients, id_: str) -> str | None:
    answer = clients.route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=id_)
    return lookups.tags_of(answer["ResourceTagSet"]).get("Name")


def _dashboard(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("overview")
    body = json.loads(clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
    kinds = {widget["type"] for widget in body["widgets"]}
    yield covers("shows", kinds, {"alarm", "metric"})


def _topic(clients: Clients, settings: Settings) -> Iterator[Claim]:
    emails = settings.monitoring.alarm_emails
    return topic(clients, settings, purpose="alarms", key="alarms", emails=emails)


def _global_topic(clients: Clients, settings: Settings) -> Iterator[Claim]:
    emails, purpose = settings.monitoring.alarm_emails, "global-alarms"
    return topic(clients.in_us_east_1, settings, purpose=purpose, key="global-logs", emails=emails)


def _application_errors(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.logs.describe_metric_filters(
        logGroupName=settings.naming.path(APPLICATION_LOG_GROUP)
    )
    names = [each.get("filterName", "") for each in answer["metricFilters"]]
    counted = ["application-errors", *_process_alarms(settings)]
    yield same("are counted by", names, [settings.naming.name(each) for each in counted])


def _process_alarms(settings: Settings) -> list[str]:
    return ["process-failures"] if settings.application.app.processes else []
