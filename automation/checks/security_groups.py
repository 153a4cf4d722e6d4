"""Checks of who may talk to whom."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from automation.checks import lookups
from automation.checks.claim import Claim, only, run, same
from automation.checks.clients import Clients
from automation.checks.finding import Finding
from config import Settings

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import SecurityGroupRuleTypeDef

HTTP, HTTPS, MYSQL = 80, 443, 3306
CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"


def check_security_groups(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Each group has the rules that it should have, and no others."""
    checks = {
        f"security group {purpose}": partial(_rules, purpose=purpose, expected=rules)
        for purpose, rules in expected_rules(settings).items()
    }
    yield from run("network", clients, settings, checks)
    yield from run("network", clients, settings, {"default security group": _default_group})


def expected_rules(settings: Settings) -> dict[str, set[str]]:
    """The rules of each group in words."""
    port, s3 = settings.application.port, f"com.amazonaws.{settings.region}.s3"
    internet = {f"to 0.0.0.0/0 on {HTTPS}"} if settings.network.nat_gateways != "none" else set()
    return {
        "load-balancer-https": {f"from {CLOUDFRONT} on {HTTPS}", f"to application on {port}"},
        "load-balancer-http": {f"from {CLOUDFRONT} on {HTTP}"},
        "application": {
            f"from load-balancer-https on {port}",
            f"to database on {MYSQL}",
            f"to endpoints on {HTTPS}",
            f"to {s3} on {HTTPS}",
            *internet,
        },
        "database": {f"from application on {MYSQL}"},
        "endpoints": {f"from application on {HTTPS}"},
    }


def _rules(
    clients: Clients, settings: Settings, *, purpose: str, expected: set[str]
) -> Iterator[Claim]:
    groups = _group_ids(clients, settings)
    name = settings.naming.name(purpose)
    group_id = only((id_ for id_, each in groups.items() if each == name), f"group {name}")
    named = {id_: each.removeprefix(f"{settings.naming.prefix}-") for id_, each in groups.items()}
    yield same("rules", _found(clients, group_id, named), expected)


def _default_group(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """The group that AWS made, which nothing uses."""
    groups = _group_ids(clients, settings)
    group_id = only((id_ for id_, name in groups.items() if name == "default"), "default group")
    yield same("rules", _found(clients, group_id, groups), [])


def _group_ids(clients: Clients, settings: Settings) -> dict[str, str]:
    """The name of every group of the VPC, by its id."""
    here = lookups.vpc_id(clients, settings)
    pages = clients.ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "vpc-id", "Values": [here]}]
    )
    return {
        group["GroupId"]: group["GroupName"] for page in pages for group in page["SecurityGroups"]
    }


def _found(clients: Clients, group_id: str, groups: Mapping[str, str]) -> set[str]:
    pages = clients.ec2.get_paginator("describe_security_group_rules").paginate(
        Filters=[{"Name": "group-id", "Values": [group_id]}]
    )
    rules = [rule for page in pages for rule in page["SecurityGroupRules"]]
    names = dict(groups)
    lists = sorted({rule["PrefixListId"] for rule in rules if "PrefixListId" in rule})
    if lists:
        answer = clients.ec2.describe_managed_prefix_lists(PrefixListIds=lists)
        names |= {each["PrefixListId"]: each["PrefixListName"] for each in answer["PrefixLists"]}
    return {_in_words(rule, names) for rule in rules}


def _in_words(rule: "SecurityGroupRuleTypeDef", names: Mapping[str, str]) -> str:
    """A rule for one TCP port; whatever else it allows is spelled out."""
    other = (
        rule.get("ReferencedGroupInfo", {}).get("GroupId")
        or rule.get("PrefixListId")
        or rule.get("CidrIpv4")
        or rule.get("CidrIpv6", "nobody")
    )
    first, last, protocol = rule["FromPort"], rule["ToPort"], rule["IpProtocol"]
    ports = str(first) if first == last and protocol == "tcp" else f"{protocol} {first}-{last}"
    return f"{'to' if rule['IsEgress'] else 'from'} {names.get(other, other)} on {ports}"
