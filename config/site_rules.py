"""What has to hold between the site's names and paths, what guards them and the others."""

import re
from collections.abc import Iterator

from config.faults import Fault
from config.settings import Settings

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
_LONGEST_NAME = 253
# CloudFront refuses equal path patterns, and the error pages have one of their own.
_ERROR_PAGES = "/errors/*"
_FOLDER = re.compile(r"(/[A-Za-z0-9_-]+)+/\*")


def _aliases(settings: Settings) -> Iterator[Fault]:
    domain = settings.domain
    for index, alias in enumerate(settings.dns.aliases):
        key, received = f"dns.aliases[{index}]", f'"{alias}"'
        if alias == domain:
            yield Fault(key, received, "remove it: the domain itself always is a name", ("domain",))
        elif alias.endswith(f".{domain}"):
            short = alias.removesuffix(f".{domain}")
            remedy = f'write "{short}": aliases are names below domain, which is {domain}'
            yield Fault(key, received, remedy, ("domain",))
        elif len(f"{alias}.{domain}") > _LONGEST_NAME:
            remedy = f"use at most {_LONGEST_NAME} characters, domain among them"
            yield Fault(key, received, remedy, ("domain",))


def _static_paths(settings: Settings) -> Iterator[Fault]:
    key, paths = "edge.static_paths", settings.edge.static_paths
    health = settings.application.health_check.path.partition("?")[0]
    if not _FOLDER.fullmatch(paths[0]):
        remedy = "start with a folder, such as /static/*: the application's static files go there"
        yield Fault(f"{key}[0]", f'"{paths[0]}"', remedy)
    for index, path in enumerate(paths):
        name, received = f"{key}[{index}]", f'"{path}"'
        before = next((each for each in paths[:index] if _covers(each, path)), None)
        if not re.search("[A-Za-z0-9]", path):
            remedy = "name a folder or an ending: the application's own pages match it, too"
            yield Fault(name, received, remedy)
        elif _covers(path, _ERROR_PAGES):
            yield Fault(name, received, "remove it: Terrace serves its error pages there")
        elif _covers(path, health):
            involved = "application.health_check.path"
            remedy = (
                f"leave {involved} ({health}) to the application: it would come from the bucket"
            )
            yield Fault(name, received, remedy, (involved,))
        elif before not in (None, path):
            yield Fault(name, received, f"remove it: {before} covers it")


def _covers(pattern: str, other: str) -> bool:
    """Whether a path pattern matches all that another one, or a path, does."""
    wild = ".*".join(re.escape(piece) for piece in pattern.split("*"))
    return re.fullmatch(wild, other) is not None


def _waf(settings: Settings) -> Iterator[Fault]:
    waf = settings.edge.waf
    for rule in waf.count_only_rules:
        if rule.split("/")[0] not in waf.managed_rule_groups:
            remedy = "name only rules of edge.waf.managed_rule_groups"
            involves = ("edge.waf.managed_rule_groups",)
            yield Fault("edge.waf.count_only_rules", f'"{rule}"', remedy, involves)
    for group in set(waf.count_only) - set(waf.managed_rule_groups):
        remedy = "name only groups of edge.waf.managed_rule_groups"
        yield Fault("edge.waf.count_only", f'"{group}"', remedy, ("edge.waf.managed_rule_groups",))


def _body_limits(settings: Settings) -> Iterator[Fault]:
    """One for each beginning of a path."""
    paths = [each.path for each in settings.edge.waf.body_limits]
    for index, path in enumerate(paths):
        if path in paths[:index]:
            key = "edge.waf.body_limits"
            remedy = f"remove it: {key}[{paths.index(path)}] is for the same paths"
            yield Fault(f"{key}[{index}].path", f'"{path}"', remedy)


# https://hstspreload.org/#submission-requirements
_PRELOADED_SECONDS = 31_536_000


def _preload(settings: Settings) -> Iterator[Fault]:
    place, headers = "edge.response_headers", settings.edge.response_headers
    if not headers.preload:
        return
    if not headers.include_subdomains:
        involved = f"{place}.include_subdomains"
        remedy = f"set {involved} = true as well, or leave it out: browsers list whole domains"
        yield Fault(f"{place}.preload", "true", remedy, (involved,))
    if headers.transport_security_seconds < _PRELOADED_SECONDS:
        involved = f"{place}.transport_security_seconds"
        remedy = f"give at least {_PRELOADED_SECONDS} for {involved}, or leave it out"
        yield Fault(f"{place}.preload", "true", remedy, (involved,))


RULES = (_aliases, _static_paths, _waf, _body_limits, _preload)
