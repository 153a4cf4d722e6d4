"""Every metered resource is watched: it has an alarm, or `tests/watched.py` says why not."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.conftest import ENVIRONMENTS, OPTIONS, Tiers
from tests.promises import SHIPPED, every, prefix
from tests.synthesized import Resource, Synthesized
from tests.watched import BUT, BY_ALARM, BY_OTHERS, STANDS_FOR, UNMETERED

ALARM = "aws_cloudwatch_metric_alarm"
_REFERENCE = re.compile(r"\$\{([^}]+)\}")
_OUTPUT = re.compile(
    r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)"
)


def named(tiers: Tiers, tier: str, value: str) -> str:
    """What a value names: the tier and address of a resource, else the text itself."""
    reference = _REFERENCE.fullmatch(value.removesuffix(":*"))
    if not reference:
        return value
    output = _OUTPUT.fullmatch(reference[1])
    if output:
        upstream, name = output.groups()
        return named(tiers, upstream, tiers[upstream].parsed["output"][name]["value"])
    type_, id_, *_ = reference[1].split(".")
    if type_ in STANDS_FOR:
        return named(tiers, tier, tiers[tier].resources(type_)[id_][STANDS_FOR[type_]])
    return f"{tier} {type_}.{id_}"


def measured(alarm: Resource) -> Iterator[Resource]:
    """The metrics that an alarm looks at."""
    if "namespace" in alarm:
        yield alarm
    yield from (each["metric"] for each in alarm.get("metric_query", ()) if "metric" in each)


def watched(tiers: Tiers) -> set[tuple[str, str, str]]:
    """Namespace and dimension, and what the dimension names, of every alarm that tells somebody."""
    return {
        (metric["namespace"], dimension, named(tiers, tier, value))
        for tier, _, alarm in every(tiers, ALARM)
        if alarm.get("alarm_actions")
        for metric in measured(alarm)
        for dimension, value in metric.get("dimensions", {}).items()
    }


def at(resource: Any, path: str) -> str:
    """An argument of a resource, or of a block in it."""
    for name in path.split("."):
        block = resource[0] if isinstance(resource, list) else resource
        resource = block[name]
    return str(resource)


def unwatched(tiers: Tiers) -> Iterator[str]:
    """What has metrics and no alarm."""
    found = watched(tiers)
    for tier, address, resource in every(tiers, *BY_ALARM):
        if address.startswith(tuple(BUT)):
            continue
        by = BY_ALARM[address.split(".")[0]]
        names = f"{tier} {address}"
        if by.argument:
            names = named(tiers, tier, at(resource, by.argument))
        if (by.namespace, by.dimension, names) not in found:
            yield f"{tier} {address}: no alarm on {by.namespace} by {by.dimension}"


def test_every_resource_with_metrics_has_an_alarm(platform: Tiers) -> None:
    assert list(unwatched(platform)) == []


def test_a_resource_whose_alarms_are_gone_is_named(prod: Tiers) -> None:
    """Those of one NAT gateway, and the topic's of a certificate's alarm."""
    content = json.loads(prod["monitoring"].text)
    alarms = content["resource"][ALARM]
    for id_ in [each for each in alarms if "_nat-b-" in each]:
        del alarms[id_]
    (certificate,) = (each for id_, each in alarms.items() if "_web-certificate-expiry_" in id_)
    certificate["alarm_actions"] = []
    found = sorted(unwatched({**prod, "monitoring": Synthesized(json.dumps(content))}))
    assert len(found) == 2
    assert re.match(r"network aws_nat_gateway\..*-b_\w+: no alarm on AWS/NATGateway", found[0])
    assert re.match(r"web aws_acm_certificate\.\w+: no alarm on AWS/Certificate", found[1])


def test_what_reasons_count_on_is_there(platform: Tiers) -> None:
    alarms = {each["alarm_name"] for _, _, each in every(platform, ALARM)}
    types = {address.split(".")[0] for _, address, _ in every(platform)}
    for type_ in types & set(BY_OTHERS):
        assert {f"{prefix(platform)}-{each}" for each in BY_OTHERS[type_].alarms} <= alarms, type_
    for start, others in BUT.items():
        if any(address.startswith(start) for _, address, _ in every(platform)):
            assert {f"{prefix(platform)}-{each}" for each in others.alarms} <= alarms, start


def test_every_type_that_ships_is_in_one_place(platform: Tiers) -> None:
    """A tier of a user's own brings its alarms along, and is not in the list."""
    places = (set(BY_ALARM), set(BY_OTHERS), UNMETERED)
    types = {address.split(".")[0] for tier, address, _ in every(platform) if tier in SHIPPED}
    unknown = sorted(types - set().union(*places))
    assert unknown == [], (
        f"is anything measured of {', '.join(unknown)}? Say in tests/watched.py by which alarm it "
        "is watched, why it needs none, or that CloudWatch has no metrics of it"
    )
    assert sum(map(len, places)) == len(set().union(*places)), "a type is in two places"


def test_no_type_is_in_the_list_that_nobody_makes(platform_of: Callable[[str], Tiers]) -> None:
    made = {
        address.split(".")[0]
        for environment in (*ENVIRONMENTS, OPTIONS)
        for _, address, _ in every(platform_of(environment))
    }
    assert sorted({*BY_ALARM, *BY_OTHERS, *UNMETERED} - made) == []
