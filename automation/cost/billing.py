"""Bills of resources: how much of which price of `prices.toml`, read from their values.

The values are those of a plan or of synthesized JSON, in which a block may stand without a list.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from automation.terraform.diff import UNKNOWN

Values = Mapping[str, Any]
# The resources of a stack: type and values of each, by address.
Resources = Mapping[str, tuple[str, Values]]

_ONE = Decimal(1)
_REFERENCE = re.compile(r"\$\{([a-z0-9_]+\.[\w-]+)\.")
_MINUTE = 60
# Groups of AWS's rules that cost something by themselves.
_PAID_RULES = re.compile(r"AWSManagedRules(BotControl|ATP|ACFP|AntiDDoS)RuleSet")


@dataclass(frozen=True)
class Use:
    """So much of a price; None is known only after apply."""

    price: str
    quantity: Decimal | None = _ONE
    type: str = ""


def uses(address: str, stack: Resources) -> tuple[Use, ...] | None:
    """What is billed of a resource of a stack; None where nothing is known of its type."""
    type_, values = stack[address]
    billed = BILLED.get(type_)
    return None if billed is None else tuple(billed(values, stack))


def _group(values: Values, stack: Resources) -> Iterator[Use]:
    """As many instances as there are always, each with what its launch template gives it."""
    number = _number(values.get("min_size"))
    template, type_ = _template(values, stack)
    yield Use("instance", number, type_ or str(template.get("instance_type") or UNKNOWN))
    for mapping in blocks(template, "block_device_mappings"):
        for volume in blocks(mapping, "ebs"):
            kind = volume.get("volume_type", "gp3")
            size = _times(number, _number(volume.get("volume_size")))
            yield Use("volume", size) if kind == "gp3" else _other(f"volume, {kind}")
    if any(_is(each.get("enabled")) for each in blocks(template, "monitoring")):
        yield Use("metric", number)


def _template(values: Values, stack: Resources) -> tuple[Values, str]:
    """The launch template of a group, and the type that it prefers to the template's."""
    mixed = next(iter(blocks(values, "mixed_instances_policy")), {})
    inner = next(iter(blocks(mixed, "launch_template")), {})
    preferred = next((str(each.get("instance_type")) for each in blocks(inner, "override")), "")
    named = [*blocks(values, "launch_template"), *blocks(inner, "launch_template_specification")]
    ids = [str(each.get("id") or each.get("launch_template_id")) for each in named]
    templates = {
        address: found
        for address, (type_, found) in stack.items()
        if type_ == "aws_launch_template"
    }
    for address, found in templates.items():
        if any(each == found.get("id") or address in _REFERENCE.findall(each) for each in ids):
            return found, preferred
    # One that is only known after apply is the stack's, if that has no other.
    return (next(iter(templates.values())) if len(templates) == 1 else {}), preferred


def _database(values: Values, stack: Resources) -> Iterator[Use]:
    class_ = str(values.get("instance_class") or UNKNOWN)
    standby = _is(values.get("multi_az"))
    engine, kind = values.get("engine", "mysql"), values.get("storage_type")
    if engine != "mysql":
        yield _other(f"database `{class_}`, {engine}")
        return
    yield Use("database_multi_az" if standby else "database", _ONE, class_)
    allocated = _source(values, stack).get("allocated_storage")
    size = _times(_number(allocated), Decimal(2 if standby else 1))
    gp3 = kind in ("gp3", UNKNOWN)
    yield Use("database_storage", size) if gp3 else _other(f"storage of databases, {kind}")
    if _is(values.get("manage_master_user_password")):
        yield Use("secret")
    if values.get("database_insights_mode") == "advanced":
        yield Use("database_insights")


def _source(values: Values, stack: Resources) -> Values:
    """The database whose storage a replica has as much of as it, or the database itself."""
    replicated = str(values.get("replicate_source_db") or "")
    for address, (type_, found) in stack.items():
        named = replicated == found.get("identifier") or address in _REFERENCE.findall(replicated)
        if type_ == "aws_db_instance" and replicated and named:
            return found
    return values


def _endpoint(values: Values, _: Resources) -> Iterator[Use]:
    if values.get("vpc_endpoint_type") == "Interface":
        yield Use("endpoint", _length(values.get("subnet_ids")))


def _balancer(values: Values, _: Resources) -> Iterator[Use]:
    kind = values.get("load_balancer_type", "application")
    yield Use("load_balancer") if kind == "application" else _other(f"load balancer, {kind}")
    if not _is(values.get("internal")):
        subnets = values.get("subnets") or values.get("subnet_mapping")
        yield Use("public_ipv4", _length(subnets))


def _web_acl(values: Values, _: Resources) -> Iterator[Use]:
    yield Use("web_acl")
    yield Use("web_acl_rule", Decimal(len(blocks(values, "rule"))))
    for name in sorted(set(_PAID_RULES.findall(json.dumps(values)))):
        known = name in ("BotControl", "ATP")
        yield Use("web_acl_protection") if known else _other(f"AWSManagedRules{name}RuleSet")


def _secret(values: Values, _: Resources) -> Iterator[Use]:
    yield Use("secret", Decimal(1 + len(blocks(values, "replica"))))


def _alarm(values: Values, _: Resources) -> Iterator[Use]:
    """An alarm costs what the metrics cost that it looks at."""
    metrics = [m for q in blocks(values, "metric_query") for m in blocks(q, "metric")]
    periods = [_number(each.get("period")) for each in metrics or [values]]
    often = any(each is not None and each < _MINUTE for each in periods)
    price = "alarm_metric_high_resolution" if often else "alarm_metric"
    yield Use(price, Decimal(len(metrics) or 1))


def _health_check(values: Values, _: Resources) -> Iterator[Use]:
    kind = str(values.get("type", ""))
    options = (
        kind.startswith("HTTPS"),
        kind.endswith("_STR_MATCH"),
        _is(values.get("measure_latency")),
        str(values.get("request_interval")) == "10",
    )
    yield Use("health_check")
    yield Use("health_check_option", Decimal(sum(options)))


def _other(what: str) -> Use:
    """What has no price."""
    return Use("other", _ONE, what)


def _each(price: str) -> Callable[[Values, Resources], Iterator[Use]]:
    return lambda _values, _stack: iter((Use(price),))


BILLED: Mapping[str, Callable[[Values, Resources], Iterator[Use]]] = {
    "aws_autoscaling_group": _group,
    "aws_cloudwatch_composite_alarm": _each("composite_alarm"),
    "aws_cloudwatch_dashboard": _each("dashboard"),
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_eip": _each("public_ipv4"),
    "aws_kms_key": _each("key"),
    "aws_kms_replica_key": _each("key"),
    "aws_lb": _balancer,
    "aws_nat_gateway": _each("nat_gateway"),
    "aws_route53_health_check": _health_check,
    "aws_route53_zone": _each("hosted_zone"),
    "aws_secretsmanager_secret": _secret,
    "aws_vpc_endpoint": _endpoint,
    "aws_wafv2_web_acl": _web_acl,
}


def blocks(values: Values, name: str) -> list[Values]:
    """The blocks of a name; one that is only known after apply counts as none."""
    found = values.get(name)
    several = found if isinstance(found, list) else [found]
    return [each for each in several if isinstance(each, dict)]


def _is(value: Any) -> bool:
    return value is True or value == "true"


def _number(value: Any) -> Decimal | None:
    text = "" if isinstance(value, bool) else str(value)
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


def _length(value: Any) -> Decimal | None:
    return Decimal(len(value)) if isinstance(value, list) else None


def _times(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one * other
