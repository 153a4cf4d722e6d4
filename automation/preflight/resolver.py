"""Asks this machine's resolvers which name servers the internet has for a domain."""

from pathlib import Path

import dns.exception
import dns.resolver

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
