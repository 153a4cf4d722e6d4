"""Finds what would keep an environment from being deployed, and whether its domain leads there."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import boto3
import dns.exception
import dns.resolver

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, holds, lookups, only, run, shown
from automation.checks.preflight.account import (
    ACCOUNT_CHECKS,
    NAME_CHECKS,
    OFFERING_CHECKS,
    STATE_CHECKS,
)
from automation.checks.preflight.quotas import QUOTA_CHECKS
from automation.errors import UserError
from automation.terraform import program
from config import Settings

_CONFIGURATION = Path("/etc/resolv.conf")
_SECONDS = 6.0
# What fits into one datagram on any path: https://www.dnsflagday.net/2020/
_PAYLOAD = 1232


class UnknownError(Exception):
    """No resolver gave an answer."""


def configured(file: Path = _CONFIGURATION) -> dns.resolver.Resolver:
    """What asks the resolvers that this machine is configured with; raises `UnknownError`."""
    try:
        resolver = dns.resolver.Resolver(str(file))
    except dns.resolver.NoResolverConfiguration as error:
        raise UnknownError("this machine has no DNS resolver") from error
    resolver.use_edns(0, payload=_PAYLOAD)
    return resolver


def name_servers(domain: str, resolver: dns.resolver.Resolver | None = None) -> frozenset[str]:
    """The name servers, none when the domain is not delegated; raises `UnknownError`.

    Over UDP with EDNS, and over TCP where the answer is too long for that.
    """
    asking = resolver or configured()
    try:
        answer = asking.resolve(f"{domain}.", "NS", lifetime=_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return frozenset()
    except dns.exception.DNSException as error:
        raise UnknownError(f"no resolver of this machine answered: {error}") from error
    return frozenset(str(each.target).lower().removesuffix(".") for each in answer)


Ask = Callable[[str], frozenset[str]]

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring.html
_WHERE = "at its registrar, or in the zone above it,"


def delegation_checks(ask: Ask = name_servers) -> dict[str, Check]:
    """The checks, with what asks the internet."""
    return {"hosted zone": partial(_delegated, ask=ask)}


def _delegated(clients: Clients, settings: Settings, *, ask: Ask) -> Iterator[Claim]:
    if settings.dns.hosted_zone_id is None:
        ids = lookups.zone_ids(clients, settings.domain)
        if not ids:
            yield _to_come(settings)
            return
        zone_id = only(ids, f"public hosted zone {settings.domain}")
    else:
        zone_id = settings.dns.hosted_zone_id
    answer = clients.route53.get_hosted_zone(Id=zone_id)
    name = answer["HostedZone"]["Name"].removesuffix(".")
    belongs = f".{settings.domain}".endswith(f".{name}")
    yield holds("holds the domain", belongs, found=name, expected=settings.domain).otherwise(
        "name a zone of the domain in dns.hosted_zone_id"
    )
    servers = answer.get("DelegationSet", {}).get("NameServers", [])
    if not servers:
        remedy = "name a public zone in dns.hosted_zone_id: nobody can be told of a private one"
        yield Claim("public", ok=False, detail="it has no name servers", remedy=remedy)
        return
    yield _asked(name, {each.lower().removesuffix(".") for each in servers}, ask)


def _to_come(settings: Settings) -> Claim:
    """Certificates are validated through the domain, so the first deployment waits for it."""
    remedy = (
        f"when `deploy` waits for the certificate of the web tier, set the new zone's name "
        f"servers at the registrar of {settings.domain}, or in the zone above it"
    )
    return Claim("delegated", ok=True, detail="unknown: there is no zone yet", remedy=remedy)


def _asked(name: str, expected: set[str], ask: Ask) -> Claim:
    servers = shown(expected)
    try:
        found = ask(name)
    except UnknownError as error:
        remedy = f"check that {_WHERE} the name servers of {name} are {servers}"
        return Claim("delegated", ok=True, detail=f"unknown: {error}", remedy=remedy)
    delegated = bool(found) and found <= expected
    return holds("delegated", delegated, found=found, expected=servers).otherwise(
        f"{_WHERE} set the name servers of {name} to {servers}"
    )


_USED = ("cloudformation", "ec2", "kms", "rds", "route53", "s3", "secretsmanager", "service_quotas")
_GENERAL = "mend what AWS says, and run preflight again"


def examine(
    session: boto3.Session, settings: Settings, *, ask: Ask = name_servers
) -> Iterator[Finding]:
    """Look at everything, whatever is found on the way; `ask` answers for the internet's DNS."""
    clients = Clients(session, settings.region)
    _prepare(clients)

    def look(subject: str, checks: Mapping[str, Check]) -> list[Finding]:
        return list(run(subject, clients, settings, checks))

    subjects: dict[str, Mapping[str, Check]] = {
        "account": ACCOUNT_CHECKS,
        "state": STATE_CHECKS,
        "quotas": QUOTA_CHECKS,
        "offerings": OFFERING_CHECKS,
        "domain": delegation_checks(ask),
        "names": NAME_CHECKS,
    }
    yield _terraform()
    # Nearly all of the time is spent waiting for answers.
    with ThreadPoolExecutor(max_workers=len(subjects)) as pool:
        for findings in pool.map(look, subjects, subjects.values()):
            yield from (_with_remedy(finding) for finding in findings)


def _prepare(clients: Clients) -> None:
    """Make the clients: a session must not do so for several threads at once.

    https://docs.aws.amazon.com/boto3/latest/guide/session.html#multithreading-or-multiprocessing-with-sessions
    """
    for name in _USED:
        getattr(clients, name)
    for name in ("ec2", "sts"):
        getattr(clients.in_us_east_1, name)


def _terraform() -> Finding:
    try:
        found = program.find()
    except UserError as error:
        detail, _, remedy = str(error).partition(": ")
        return Finding("tools", "Terraform", ok=False, detail=detail, remedy=remedy)
    return Finding("tools", "Terraform", ok=True, detail=found.label)


def _with_remedy(finding: Finding) -> Finding:
    return finding if finding.ok or finding.remedy else replace(finding, remedy=_GENERAL)
