from dataclasses import dataclass
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks import Finding, run
from automation.checks.configuration.network import (
    ANYWHERE,
    check_network,
    expected_rules,
    planned,
    security_group_checks,
)
from config import Settings, load
from tests.automation.checks.configuration.account import Account, failed

A, B = "us-west-2a", "us-west-2b"


@dataclass(frozen=True)
class Vpc:
    id: str
    internet: str
    # By zone and kind.
    subnets: dict[tuple[str, str], str]
    tables: dict[tuple[str, str], str]
    nat: dict[str, str]


@pytest.fixture
def vpc(account: Account, clients: Clients) -> Vpc:
    """With a NAT gateway in each zone."""
    ec2, id_ = clients.ec2, account.vpc()
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=id_)
    subnets = account.subnets(id_, "public", "app", "database")
    tables, nat = {}, {}
    for (zone, kind), subnet in subnets.items():
        table = ec2.create_route_table(VpcId=id_)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        tables[zone, kind] = table
        if kind == "public":
            nat[zone] = ec2.create_nat_gateway(SubnetId=subnet)["NatGateway"]["NatGatewayId"]
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=internet)
        elif kind == "app":
            ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=ANYWHERE, NatGatewayId=nat[zone]
            )
    return Vpc(id_, internet, subnets, tables, nat)


def found(clients: Clients, settings: Settings) -> set[str]:
    """What fails, but for what these tests do not make."""
    others = ("endpoints", "flow logs", "security group", "default security group")
    return {
        what for what in failed(check_network(clients, settings)) if not what.startswith(others)
    }


@pytest.mark.usefixtures("vpc")
def test_a_sound_network_passes(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings) == set()


def test_a_database_that_reaches_the_internet_fails(
    vpc: Vpc, clients: Clients, settings: Settings
) -> None:
    table = vpc.tables[B, "database"]
    clients.ec2.create_route(
        RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=vpc.internet
    )
    assert found(clients, settings) == {f"database routes: {B} leads outside by"}


def test_an_application_that_shares_a_gateway_of_another_zone_fails(
    vpc: Vpc, clients: Clients, settings: Settings
) -> None:
    table = vpc.tables[B, "app"]
    clients.ec2.replace_route(
        RouteTableId=table, DestinationCidrBlock=ANYWHERE, NatGatewayId=vpc.nat[A]
    )
    assert found(clients, settings) == {f"app routes: {B}"}


def test_a_lost_gateway_fails(vpc: Vpc, clients: Clients, settings: Settings) -> None:
    clients.ec2.delete_nat_gateway(NatGatewayId=vpc.nat[B])
    assert found(clients, settings) == {"NAT: zones with a gateway", f"app routes: {B}"}


def test_public_addresses_by_default_fail(vpc: Vpc, clients: Clients, settings: Settings) -> None:
    subnet = vpc.subnets[A, "app"]
    clients.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert found(clients, settings) == {"subnets: give out public addresses"}


def test_a_subnet_in_another_network_fails(vpc: Vpc, clients: Clients, settings: Settings) -> None:
    clients.ec2.delete_subnet(SubnetId=vpc.subnets[A, "database"])
    assert f"subnets: {A}" in found(clients, settings)


@pytest.mark.usefixtures("vpc")
def test_one_gateway_for_all_is_not_one_for_each(clients: Clients, settings: Settings) -> None:
    network = settings.network.model_copy(update={"nat_gateways": "single"})
    single = settings.model_copy(update={"network": network})
    wrong = {"NAT: zones with a gateway", *(f"app routes: us-west-2{zone}" for zone in "bc")}
    assert found(clients, single) == wrong


def test_zones_are_planned_apart() -> None:
    assert planned(load("dev")) == {
        A: {"public": "10.2.0.0/21", "app": "10.2.64.0/21", "database": "10.2.128.0/21"},
        B: {"public": "10.2.8.0/21", "app": "10.2.72.0/21", "database": "10.2.136.0/21"},
    }


@pytest.fixture
def groups(account: Account, clients: Clients, settings: Settings) -> dict[str, str]:
    """Every group with the rules that are expected, made from their words."""
    vpc_id = account.vpc()
    answer = clients.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    default: Any = answer["SecurityGroups"][0]
    clients.ec2.revoke_security_group_egress(
        GroupId=default["GroupId"], IpPermissions=default["IpPermissionsEgress"]
    )
    ids = {purpose: account.security_group(vpc_id, purpose) for purpose in expected_rules(settings)}
    answers = clients.ec2.describe_managed_prefix_lists()["PrefixLists"]
    lists = {each["PrefixListName"]: each["PrefixListId"] for each in answers}
    for purpose, rules in expected_rules(settings).items():
        for rule in rules:
            direction, other, _, port = rule.split()
            permit(clients, ids[purpose], direction, int(port), ids.get(other) or lists.get(other))
    return ids


def permit(clients: Clients, group: str, direction: str, port: int, other: str | None) -> None:
    """Open a port for a group or a prefix list, or else for the whole world."""
    permission: Any = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    if other is None:
        permission["IpRanges"] = [{"CidrIp": ANYWHERE}]
    elif other.startswith("sg-"):
        permission["UserIdGroupPairs"] = [{"GroupId": other}]
    else:
        permission["PrefixListIds"] = [{"PrefixListId": other}]
    ec2 = clients.ec2
    authorize = (
        ec2.authorize_security_group_ingress
        if direction == "from"
        else ec2.authorize_security_group_egress
    )
    authorize(GroupId=group, IpPermissions=[permission])


def rules(clients: Clients, settings: Settings) -> list[Finding]:
    """What is found about every group, whichever tier has it checked."""
    checks = {
        subject: check
        for shared in (True, False)
        for subject, check in security_group_checks(settings, shared=shared).items()
    }
    return list(run("network", clients, settings, checks))


@pytest.mark.usefixtures("groups")
def test_sound_groups_pass(clients: Clients, settings: Settings) -> None:
    assert failed(rules(clients, settings)) == set()


@pytest.mark.parametrize("purpose", ["web", "application", "database"])
def test_a_port_that_is_open_to_the_world_fails(
    purpose: str, groups: dict[str, str], clients: Clients, settings: Settings
) -> None:
    permit(clients, groups[purpose], "from", 443, None)
    (finding,) = (each for each in rules(clients, settings) if not each.ok)
    assert finding.what == f"security group {purpose}: rules"
    assert "from 0.0.0.0/0 on 443" in finding.detail


def test_every_protocol_for_a_known_group_fails(
    groups: dict[str, str], clients: Clients, settings: Settings
) -> None:
    clients.ec2.authorize_security_group_ingress(
        GroupId=groups["database"],
        IpPermissions=[
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": groups["application"]}]}
        ],
    )
    (finding,) = (each for each in rules(clients, settings) if not each.ok)
    assert "from application on -1" in finding.detail


def test_a_lost_rule_fails(groups: dict[str, str], clients: Clients, settings: Settings) -> None:
    clients.ec2.revoke_security_group_ingress(
        GroupId=groups["database"],
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 3306,
                "ToPort": 3306,
                "UserIdGroupPairs": [{"GroupId": groups["application"]}],
            }
        ],
    )
    assert failed(rules(clients, settings)) == {"security group database: rules"}
