"""Whether the site is served, by the account's records: from a name to an instance that listens.

    name -> distribution with a certificate -> by the internet or a VPC origin to a load balancer
    with a certificate -> rule that knows the distribution's secret -> target group -> running
    instance -> groups that let it be reached

It runs inside the emulator, after every request, so it reads moto's own models.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from moto.acm.models import acm_backends
from moto.autoscaling.models import autoscaling_backends
from moto.cloudfront.models import cloudfront_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends

from automation.emulator.extensions.cloudfront import CloudFront
from tests.changes import boot
from tests.faults.calls import Call

_SERVICES = (
    "acm",
    "autoscaling",
    "cloudfront",
    "ec2",
    "elasticloadbalancing",
    "route53",
    "secretsmanager",
)
_READ = ("Describe", "Get", "List", "GET", "HEAD")
_PORT = re.compile(r"^\s*PORT=(\d+)$", re.MULTILINE)


class Watch:
    """Which names were served once, and after which call one of them no longer was."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self._why: dict[str, str] = {}

    def look(self, call: Call) -> None:
        """Look at the site after a request that may have changed it."""
        if call.service not in _SERVICES or call.action.startswith(_READ):
            return
        for name in {*self._why, *_names()}:
            why = unserved(name)
            if why and why != self._why.get(name, why):
                self.seen.append((f"{call.service} {call.action}", name, why))
            # One that is on its way up was never down.
            if name in self._why or not why:
                self._why[name] = why


def _names() -> Iterator[str]:
    for zone in route53_backends[DEFAULT_ACCOUNT_ID]["aws"].zones.values():
        yield from (each.name.rstrip(".") for each in zone.rrsets if each.type == "A")


class UnservedError(Exception):
    """What is amiss."""


def unserved(name: str) -> str:
    """Why a name is not served; empty when it is."""
    try:
        distribution = _distribution(name)
        _certificate(distribution.ViewerCertificate.acm_certificate_arn, name, "the distribution")
        region, balancer, secret = _origin(distribution)
        group = _forwarded_to(region, balancer, name, secret)
        _reachable(region, balancer, group)
    except UnservedError as amiss:
        return str(amiss)
    return ""


def _distribution(name: str) -> Any:
    targets = {
        record.alias_target["DNSName"].rstrip(".")
        for zone in route53_backends[DEFAULT_ACCOUNT_ID]["aws"].zones.values()
        for record in zone.rrsets
        if record.type == "A" and record.name.rstrip(".") == name and record.alias_target
    }
    if not targets:
        raise UnservedError("it has no record")
    for each in cloudfront_backends[DEFAULT_ACCOUNT_ID]["aws"].distributions.values():
        if each.domain_name in targets:
            config: Any = each.distribution_config
            if name not in config.Aliases.get("Items", ()):
                raise UnservedError("the distribution does not know it")
            if str(config.Enabled).lower() != "true":
                raise UnservedError("the distribution is disabled")
            return config
    raise UnservedError("its record names a distribution that does not exist")


def _certificate(arn: str, name: str, user: str) -> None:
    region = arn.split(":")[3] if arn.startswith("arn:") else ""
    found = acm_backends[DEFAULT_ACCOUNT_ID][region]._certificates.get(arn) if region else None
    if found is None:
        raise UnservedError(f"the certificate of {user} does not exist")
    if found.status != "ISSUED":
        raise UnservedError(f"the certificate of {user} is {found.status}")
    if not any(_covers(each, name) for each in (found.common_name, *found.sans)):
        raise UnservedError(f"the certificate of {user} is for other names")


def _covers(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern) and pattern.count(".") == name.count(".")


def _origin(distribution: Any) -> tuple[str, Any, dict[str, str]]:
    """The load balancer behind the default behavior, and the headers by which it knows it."""
    wanted = distribution.DefaultCacheBehavior.target_origin_id
    origin = next(each for each in distribution.Origins["Items"] if each.id == wanted)
    headers = {
        each["HeaderName"].lower(): each["HeaderValue"]
        for each in origin.custom_headers.get("Items", ())
    }
    for region, backend in elbv2_backends[DEFAULT_ACCOUNT_ID].items():
        for each in backend.load_balancers.values():
            if each.dns_name == origin.domain_name:
                _asked(vars(origin).get("vpc_origin_config"), each)
                return region, each, headers
    raise UnservedError("the distribution's origin does not exist")


def _asked(way: dict[str, Any] | None, balancer: Any) -> None:
    """CloudFront has a way to the load balancer, be it the internet or a VPC origin."""
    if way is None and balancer.scheme == "internal":
        raise UnservedError("the internet does not lead to the load balancer")
    if way is not None and not CloudFront.is_vpc_origin(balancer.arn):
        raise UnservedError("no VPC origin leads to the load balancer")


def _forwarded_to(region: str, balancer: Any, name: str, headers: dict[str, str]) -> Any:
    listener = next((each for each in balancer.listeners.values() if str(each.port) == "443"), None)
    if listener is None:
        raise UnservedError("the load balancer does not listen on port 443")
    _certificate(listener.certificate or "", name, "the load balancer")
    for rule in listener.rules.values():
        if all(_meets(each, headers) for each in rule.conditions):
            for arn in (each.data.get("TargetGroupArn") for each in rule.actions):
                if arn:
                    return _group(region, arn)
    raise UnservedError("no rule of the load balancer forwards what the distribution sends")


def _meets(condition: dict[str, Any], headers: dict[str, str]) -> bool:
    """Other conditions than those about headers hold for some requests at least."""
    config = condition.get("HttpHeaderConfig")
    if not config:
        return True
    return headers.get(config["HttpHeaderName"].lower()) in config["Values"]


def _group(region: str, arn: str) -> Any:
    found = elbv2_backends[DEFAULT_ACCOUNT_ID][region].target_groups.get(arn)
    if found is None:
        raise UnservedError("the rule's target group does not exist")
    return found


def _reachable(region: str, balancer: Any, group: Any) -> None:
    """At least one instance listens on the port that is asked, and lets the load balancer in."""
    why = "no instance is registered"
    for target in group.targets.values():
        why = _refuses(region, balancer, target["Id"], int(target["Port"]))
        if not why:
            return
    raise UnservedError(why)


def _refuses(region: str, balancer: Any, instance: str, port: int) -> str:
    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    found = [each for each in ec2.all_instances() if each.id == instance]
    if not found or found[0].state != "running":
        return "a target is no running instance"
    template = _launched_from(region, instance)
    listens = _port(template.get("UserData", ""))
    if listens != port:
        return f"instances listen on port {listens}, and are asked on {port}"
    if not _let_through(ec2, set(balancer.security_groups), _groups(template), port):
        return f"the security groups do not let the load balancer through to port {port}"
    return ""


def _launched_from(region: str, instance: str) -> dict[str, Any]:
    """The data of the launch template's version that an instance of a group was made from."""
    for group in autoscaling_backends[DEFAULT_ACCOUNT_ID][region].autoscaling_groups.values():
        for state in group.instance_states:
            if state.instance.id == instance and state.launch_template:
                id_, number = (state.launch_template[k] for k in ("LaunchTemplateId", "Version"))
                ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][region]
                data: dict[str, Any] = ec2.get_launch_template(id_).get_version(number).data
                return data
    return {}


def _port(user_data: object) -> int | None:
    """The one that the application listens on, as the instance was told when it booted."""
    found = _PORT.search(boot.text(user_data))
    return int(found.group(1)) if found else None


def _groups(template: dict[str, Any]) -> set[str]:
    interfaces = template.get("NetworkInterfaces", ())
    groups = [each for interface in interfaces for each in interface.get("Groups", ())]
    return {*groups, *template.get("SecurityGroupIds", ())}


def _let_through(ec2: Any, sources: set[str], targets: set[str], port: int) -> bool:
    groups = {each.id: each for each in ec2.describe_security_groups()}
    leaving = [rule for each in sources & groups.keys() for rule in groups[each].egress_rules]
    entering = [rule for each in targets & groups.keys() for rule in groups[each].ingress_rules]
    return any(_opens(each, targets, port) for each in leaving) and any(
        _opens(each, sources, port) for each in entering
    )


def _opens(rule: Any, peers: set[str], port: int) -> bool:
    if rule.ip_protocol != "-1" and not rule.from_port <= port <= rule.to_port:
        return False
    return rule.source_group.get("GroupId") in peers or bool(rule.ip_range.get("CidrIp"))
