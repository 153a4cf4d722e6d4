"""Checks of the network tier: subnets, routes, endpoints, flow logs, security groups."""

from collections.abc import Iterator, Mapping
from functools import partial
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from automation.aws.clients import COPY, Clients
from automation.checks import Check, Claim, Finding, equal, lookups, only, run, same
from automation.checks.lookups import KINDS, tags_of
from config import Settings

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import (
        NatGatewayTypeDef,
        RouteTableTypeDef,
        RouteTypeDef,
        SecurityGroupRuleTypeDef,
        SubnetTypeDef,
    )


HTTP, HTTPS, MYSQL = 80, 443, 3306
CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"


# The groups to which another tier adds what opens the application's port.
_SHARED = ("web", "application")


def security_group_checks(settings: Settings, *, shared: bool) -> dict[str, Check]:
    """Each group has the rules that it should have, and no others.

    Those of a `shared` group are all there once the application tier is.
    """
    return {
        f"security group {purpose}": partial(_rules, purpose=purpose, expected=rules)
        for purpose, rules in expected_rules(settings).items()
        if (purpose in _SHARED) is shared
    }


def expected_rules(settings: Settings) -> dict[str, set[str]]:
    """The rules of each group in words."""
    port, s3 = settings.application.port, f"com.amazonaws.{settings.region}.s3"
    network = settings.network
    internet = {f"to 0.0.0.0/0 on {HTTPS}"} if network.nat_gateways != "none" else set()
    ipv6 = {f"to ::/0 on {HTTPS}"} if network.ipv6 else set()
    tables = {f"to com.amazonaws.{settings.region}.dynamodb on {HTTPS}"}
    return {
        "web": {f"from {CLOUDFRONT} on {HTTPS}", f"to application on {port}"},
        "web-http": {f"from {CLOUDFRONT} on {HTTP}"},
        "application": {
            f"from web on {port}",
            f"to database on {MYSQL}",
            f"to endpoints on {HTTPS}",
            f"to {s3} on {HTTPS}",
            *internet,
            *ipv6,
            *(tables if network.dynamodb_endpoint else ()),
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
    found = _found(clients, group_id, named)
    # While a restore drill asks its copy of the database.
    asking = {each for each in found if each.startswith(f"to {COPY}")}
    yield same("rules", found - asking, expected)


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


ANYWHERE, ANYWHERE_IPV6 = "0.0.0.0/0", "::/0"


def check_network(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """Subnets in every zone, the ways out of them, who may talk to whom, and flow logs."""
    checks: dict[str, Check] = {
        "VPC": _vpc,
        "subnets": _subnets,
        "IPv6": _ipv6,
        "NAT": _nat,
        "public routes": _public_routes,
        "app routes": _app_routes,
        "database routes": _database_routes,
        "endpoints": _endpoints,
        **security_group_checks(settings, shared=False),
        "default security group": _default_group,
    }
    return run("network", clients, settings, checks)


def _vpc(clients: Clients, settings: Settings) -> Iterator[Claim]:
    here = lookups.vpc_id(clients, settings)
    vpc = only(clients.ec2.describe_vpcs(VpcIds=[here])["Vpcs"], "VPC")
    yield equal("network", vpc["CidrBlock"], settings.network.cidr_block)
    support = clients.ec2.describe_vpc_attribute(VpcId=here, Attribute="enableDnsSupport")
    yield equal("resolves names", support["EnableDnsSupport"].get("Value"), True)
    names = clients.ec2.describe_vpc_attribute(VpcId=here, Attribute="enableDnsHostnames")
    yield equal("gives out names", names["EnableDnsHostnames"].get("Value"), True)


def planned(settings: Settings) -> dict[str, dict[str, str]]:
    """The network of each kind of subnet by zone: a quarter by kind, an eighth of it by letter."""
    quarters = list(IPv4Network(settings.network.cidr_block).subnets(prefixlen_diff=2))
    by_kind = {kind: list(quarters[i].subnets(prefixlen_diff=3)) for i, kind in enumerate(KINDS)}
    return {
        zone: {kind: str(by_kind[kind]["abcdefgh".index(zone[-1])]) for kind in KINDS}
        for zone in settings.availability_zones
    }


def _subnets(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found: dict[str, dict[str, str]] = {}
    public_addresses = set()
    for subnet in lookups.subnets(clients, settings):
        kind = tags_of(subnet).get("Tier", subnet["SubnetId"])
        found.setdefault(subnet["AvailabilityZone"], {})[kind] = subnet["CidrBlock"]
        if subnet.get("MapPublicIpOnLaunch"):
            public_addresses.add(subnet["SubnetId"])
    expected = planned(settings)
    yield same("zones", found, expected)
    for zone, networks in expected.items():
        yield equal(zone, found.get(zone, {}), networks)
    yield same("give out public addresses", public_addresses, [])


def _ipv6(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """App subnets alone have IPv6 addresses, and a way out that is none in; or nothing has."""
    found = lookups.subnets(clients, settings)
    with_ipv6 = {each["SubnetId"] for each in found if _ipv6_networks(each)}
    app = {each["SubnetId"] for each in found if tags_of(each).get("Tier") == "app"}
    wanted = app if settings.network.ipv6 else set()
    yield same("subnets with addresses", with_ipv6, wanted)
    giving = {each["SubnetId"] for each in found if each.get("AssignIpv6AddressOnCreation")}
    yield same("give out addresses", giving, wanted)
    here = lookups.vpc_id(clients, settings)
    gateways = {
        each["EgressOnlyInternetGatewayId"]
        for each in clients.ec2.describe_egress_only_internet_gateways()[
            "EgressOnlyInternetGateways"
        ]
        if any(attachment["VpcId"] == here for attachment in each["Attachments"])
    }
    for kind in KINDS:
        for zone, routes in _routes(clients, settings, kind).items():
            ways = {
                str(route.get("EgressOnlyInternetGatewayId", "another way"))
                for route in routes
                if route.get("DestinationIpv6CidrBlock") == ANYWHERE_IPV6
            }
            expected = gateways if kind == "app" and settings.network.ipv6 else set()
            yield same(f"ways out of {kind} subnet in {zone}", ways, expected)


def _ipv6_networks(subnet: "SubnetTypeDef") -> list[str]:
    return [
        each["Ipv6CidrBlock"]
        for each in subnet.get("Ipv6CidrBlockAssociationSet", [])
        if each.get("Ipv6CidrBlockState", {}).get("State") == "associated"
    ]


def _gateways(clients: Clients, settings: Settings) -> "dict[str, NatGatewayTypeDef]":
    """The NAT gateways that work, by the public subnet that they are in."""
    here = lookups.vpc_id(clients, settings)
    answer = clients.ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [here]}])
    gateways = answer["NatGateways"]
    return {each["SubnetId"]: each for each in gateways if each["State"] == "available"}


def _nat(clients: Clients, settings: Settings) -> Iterator[Claim]:
    subnets = lookups.subnets(clients, settings)
    public = {each["SubnetId"] for each in subnets if tags_of(each).get("Tier") == "public"}
    zones = {each["SubnetId"]: each["AvailabilityZone"] for each in subnets}
    gateways = _gateways(clients, settings)
    found = sorted(zones[subnet] for subnet in gateways)
    yield equal("zones with a gateway", found, sorted(lookups.nat_zones(settings)))
    yield same("gateways outside of public subnets", set(gateways) - public, [])


def _routes(clients: Clients, settings: Settings, kind: str) -> "dict[str, list[RouteTypeDef]]":
    """The routes out of each zone's subnet of a kind, but for those inside of the VPC."""
    return {
        zone: [route for route in table["Routes"] if route.get("GatewayId") != "local"]
        for zone, table in _route_tables(clients, settings, kind)
    }


def _route_tables(
    clients: Clients, settings: Settings, kind: str
) -> "Iterator[tuple[str, RouteTableTypeDef]]":
    for subnet in lookups.subnets(clients, settings):
        if tags_of(subnet).get("Tier") == kind:
            answer = clients.ec2.describe_route_tables(
                Filters=[{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
            )
            table = only(answer["RouteTables"], f"route table of {subnet['SubnetId']}")
            yield subnet["AvailabilityZone"], table


def _public_routes(clients: Clients, settings: Settings) -> Iterator[Claim]:
    here = lookups.vpc_id(clients, settings)
    answer = clients.ec2.describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [here]}]
    )
    gateway = only(answer["InternetGateways"], "internet gateway")["InternetGatewayId"]
    for zone, routes in _routes(clients, settings, "public").items():
        found = {route.get("DestinationCidrBlock"): route.get("GatewayId") for route in routes}
        yield equal(zone, found, {ANYWHERE: gateway})


def _app_routes(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each zone uses its own gateway, or the only one; routes to S3 have no network."""
    zones = {
        each["SubnetId"]: each["AvailabilityZone"] for each in lookups.subnets(clients, settings)
    }
    gateways = {
        zones[subnet]: gateway["NatGatewayId"]
        for subnet, gateway in _gateways(clients, settings).items()
    }
    with_gateway = lookups.nat_zones(settings)
    for zone, routes in _routes(clients, settings, "app").items():
        found = {
            route["DestinationCidrBlock"]: route.get("NatGatewayId", "no NAT gateway")
            for route in routes
            if "DestinationCidrBlock" in route
        }
        owners = [each for each in (zone, *with_gateway) if each in with_gateway]
        yield equal(zone, found, {ANYWHERE: gateways.get(owners[0])} if owners else {})


def _database_routes(clients: Clients, settings: Settings) -> Iterator[Claim]:
    for zone, routes in _routes(clients, settings, "database").items():
        yield equal(f"{zone} leads outside by", [route["State"] for route in routes], [])


def _endpoints(clients: Clients, settings: Settings) -> Iterator[Claim]:
    here = lookups.vpc_id(clients, settings)
    answer = clients.ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [here]}])
    found = {
        each["ServiceName"].rsplit(".", maxsplit=1)[-1]: (
            each["VpcEndpointType"],
            each["State"].lower(),
        )
        for each in answer["VpcEndpoints"]
    }
    services = settings.network.interface_endpoints
    gateways = ("s3", "dynamodb") if settings.network.dynamodb_endpoint else ("s3",)
    expected = dict.fromkeys(gateways, "Gateway") | dict.fromkeys(services, "Interface")
    yield equal("by service", found, {name: (kind, "available") for name, kind in expected.items()})
    tables = [id_ for each in answer["VpcEndpoints"] for id_ in each.get("RouteTableIds", [])]
    app = [table["RouteTableId"] for _, table in _route_tables(clients, settings, "app")]
    yield same("serve route tables", tables, app)
