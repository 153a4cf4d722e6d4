"""Health of web and edge: what is deployed and valid, the first page as visitors get it.

And alarms of every tier, with who hears them.
"""

import datetime
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, MissingError, equal, holds, lookups, only, shown
from automation.checks.configuration.audit import TOPIC as AUDIT_TOPIC
from automation.checks.configuration.monitoring import topic_arn
from config import Settings

if TYPE_CHECKING:
    from types_boto3_acm.type_defs import CertificateDetailTypeDef
    from types_boto3_cloudwatch.type_defs import CompositeAlarmTypeDef, MetricAlarmTypeDef

    AnyAlarm = MetricAlarmTypeDef | CompositeAlarmTypeDef

# ACM renews 60 days before the end, so that something is wrong when half of them have passed.
# https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
LEAST_DAYS = 30
Lookup = Callable[[Clients, Settings], "CertificateDetailTypeDef"]
_FAILING = ("FAILED", "PENDING_VALIDATION")
_VALIDATE = "see that the validation records of the certificate are still in the hosted zone"


def _distribution(clients: Clients, settings: Settings) -> Iterator[Claim]:
    id_ = lookups.distribution_id(clients, settings)
    found = clients.cloudfront.get_distribution(Id=id_)["Distribution"]
    yield equal("state", found["Status"], "Deployed").otherwise(
        "look again in some minutes: CloudFront is still spreading a change", settling=True
    )
    yield equal("enabled", found["DistributionConfig"]["Enabled"], True).otherwise(
        "apply the edge tier again"
    )


def web_checks(now: datetime.datetime) -> Mapping[str, Check]:
    """The load balancer's certificate lasts."""
    return {"certificate": partial(_certificate, now=now, of=lookups.web_certificate)}


def edge_checks(now: datetime.datetime) -> Mapping[str, Check]:
    """The distribution serves, and its certificate lasts."""
    certificate = partial(_certificate, now=now, of=lookups.edge_certificate)
    return {"distribution": _distribution, "certificate": certificate}


def _certificate(
    clients: Clients, settings: Settings, *, now: datetime.datetime, of: Lookup
) -> Iterator[Claim]:
    return _lasts(of(clients, settings), now)


def _lasts(found: "CertificateDetailTypeDef", now: datetime.datetime) -> Iterator[Claim]:
    state = found.get("Status")
    yield equal("state", state, "ISSUED").otherwise(
        _VALIDATE, settling=state == "PENDING_VALIDATION"
    )
    if "NotAfter" in found:
        days = (found["NotAfter"] - now).days
        lasts = days >= LEAST_DAYS
        yield holds(
            "days until it expires", lasts, found=days, expected=f"{LEAST_DAYS} at least"
        ).otherwise(_VALIDATE)
    status = found.get("RenewalSummary", {}).get("RenewalStatus")
    yield holds(
        "renewal", status not in _FAILING, found=status or "not due", expected="one that succeeds"
    ).otherwise(_VALIDATE)
    if found.get("RenewalEligibility") != "ELIGIBLE":
        remedy = "see that it is in use, and issued by ACM: nothing else is renewed"
        yield Claim("renewed by ACM", ok=True, detail="no", remedy=remedy)


_NO_DATA = "INSUFFICIENT_DATA"
_QUIET = "some have no data until there is traffic; see that the others' metrics are published"


def _alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = list(_telling_alarms(clients, settings))
    prefix = f"{settings.naming.prefix}-"
    if not found:
        raise MissingError(f"found no alarm {prefix}* in {clients.region}")
    firing = {
        each.get("AlarmName", "").removeprefix(prefix): each.get("StateReason", "")
        for each in found
        if each.get("StateValue") == "ALARM"
    }
    yield Claim(
        "firing",
        not firing,
        "; ".join(f"{name}: {reason}" for name, reason in firing.items())
        or f"none of {len(found)}",
    ).otherwise("see the dashboard, and mend what the alarms report", settling=True)
    silent = [
        each.get("AlarmName", "").removeprefix(prefix)
        for each in found
        if each.get("StateValue") == _NO_DATA
    ]
    if silent:
        yield Claim("without data", ok=True, detail=shown(sorted(silent)), remedy=_QUIET)


def _telling_alarms(clients: Clients, settings: Settings) -> "Iterator[AnyAlarm]":
    """Those that tell somebody; others are parts of them, and may be in any state.

    The alarm of the whole service has a check of its own.
    """
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{settings.naming.prefix}-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    whole = settings.naming.name("service-down")
    for page in pages:
        found: list[AnyAlarm] = [*page["MetricAlarms"], *page["CompositeAlarms"]]
        for alarm in found:
            if alarm.get("AlarmActions") and alarm.get("AlarmName") != whole:
                yield alarm


def _global_alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    return _alarms(clients.in_us_east_1, settings)


def _service_down(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("service-down")
    answer = clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    found = only(answer["CompositeAlarms"], f"composite alarm {name}")
    state = found.get("StateValue")
    if state == _NO_DATA:
        yield Claim("state", ok=True, detail=state, remedy=_QUIET)
    else:
        yield equal("state", state, "OK").otherwise(
            f"the service is down: {found.get('StateReason', 'see the dashboard')}", settling=True
        )


_NOBODY = "name addresses in monitoring.alarm_emails: alarms go off, and nobody hears them"
# https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
_CONFIRM = (
    "have each address follow the link that AWS has sent it; after two days link and subscription "
    "are gone, and the next deployment has AWS send another"
)
# What SNS gives in the place of an ARN until somebody has followed the link.
# https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
_PENDING = "PendingConfirmation"


def _heard(clients: Clients, settings: Settings, *, purpose: str = "alarms") -> Iterator[Claim]:
    """Somebody is told, and every address has agreed to it."""
    arn = topic_arn(settings, purpose, region=clients.region)
    pages = clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    told = {
        each["Endpoint"]: each["SubscriptionArn"]
        for page in pages
        for each in page["Subscriptions"]
    }
    audit = purpose.endswith(AUDIT_TOPIC)
    emails = settings.audit_alarm_emails if audit else settings.monitoring.alarm_emails
    states = {**dict.fromkeys(emails, _PENDING), **told}
    if not states:
        yield Claim("is heard by", ok=True, detail="nobody", remedy=_NOBODY)
        return
    pending = {name for name, state in states.items() if state == _PENDING}
    yield holds(
        "is heard by",
        not pending,
        found=set(states) - pending,
        expected=f"{shown(pending)} to have confirmed",
    ).otherwise(_CONFIRM)


def _heard_in_us_east_1(
    clients: Clients, settings: Settings, *, purpose: str = "alarms"
) -> Iterator[Claim]:
    return _heard(clients.in_us_east_1, settings, purpose=f"global-{purpose}")


ALARM_CHECKS: Mapping[str, Check] = {
    "service down": _service_down,
    "alarms": _alarms,
    "alarms in us-east-1": _global_alarms,
    "topic": _heard,
    "topic in us-east-1": _heard_in_us_east_1,
}
AUDIT_TOPIC_CHECKS: Mapping[str, Check] = {
    "topic": partial(_heard, purpose=AUDIT_TOPIC),
    "topic in us-east-1": partial(_heard_in_us_east_1, purpose=AUDIT_TOPIC),
}


# CloudFront compresses nothing smaller, either.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
SMALLEST = 1000
_SECONDS = 10
_UNREACHABLE = "look from where the site can be reached; alarms tell whether it is"
_COMPRESS = "have the application compress text for who accepts it: artifact/README.md says why"


@dataclass(frozen=True)
class Page:
    """Its size in bytes as it came, and how that was encoded; without an encoding, as it is."""

    status: int
    size: int
    encoding: str = ""


# Asks for the first page of a domain; raises `OSError` where nobody answers.
Visit = Callable[[str], Page]


def visit(domain: str) -> Page:
    """Ask as a browser does, through a proxy where the environment names one."""
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip, br", "User-Agent": "terrace"}
    request = urllib.request.Request(f"https://{domain}/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            return _page(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _page(error.code, error.headers, error.read())
    except http.client.HTTPException as error:
        raise OSError(f"the answer is no HTTP: {error!r}") from error


def _page(status: int, headers: Message, content: bytes) -> Page:
    return Page(status, len(content), headers.get("Content-Encoding", ""))


def page_checks(visit: Visit) -> Mapping[str, Check]:
    """That the page comes compressed."""
    return {"first page": partial(_compressed, visit=visit)}


def _compressed(_: Clients, settings: Settings, *, visit: Visit) -> Iterator[Claim]:
    """CloudFront compresses what it caches alone: dynamic pages are the application's to compress.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
    """
    try:
        page = visit(settings.domain)
    except OSError as error:
        yield Claim("compressed", ok=True, detail=f"not known: {error}", remedy=_UNREACHABLE)
        return
    detail = f"{page.encoding or 'no encoding'}, {page.size} bytes, status {page.status}"
    plain = not page.encoding and page.size >= SMALLEST
    yield Claim("compressed", ok=True, detail=detail, remedy=_COMPRESS if plain else "")
