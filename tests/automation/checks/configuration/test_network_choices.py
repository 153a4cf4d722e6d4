"""IPv6, and zones that are left: what is set has to be there."""

from ipaddress import IPv6Network
from typing import Any

import pytest
from moto.ec2.models.subnets import Subnet

from automation.aws.clients import Clients
from automation.checks import lookups
from automation.checks.configuration.network import ANYWHERE_IPV6, check_network, expected_rules
from automation.emulator.extensions import networks
from config import Settings
from tests.automation.checks.configuration.account import Account, failed

A = "us-west-2a"


def chosen(settings: Settings, **values: Any) -> Settings:
    network = settings.network.model_copy(update=values)
    return settings.model_copy(update={"network": network})


def about(subject: str, clients: Clients, settings: Settings) -> set[str]:
    """What fails of one subject."""
    return {what for what in failed(check_network(clients, settings)) if what.startswith(subject)}


class DualStack:
    """A network whose app subnets have IPv6 addresses and an egress-only gateway."""

    def __init__(self, account: Account, clients: Clients) -> None:
        self.ec2 = clients.ec2
        vpc = account.vpc()
        made = self.ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
        block = IPv6Network(made["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"])
        self.networks = [str(each) for each in block.subnets(new_prefix=64)]
        gateway = self.ec2.create_egress_only_internet_gateway(VpcId=vpc)
        self.gateway = gateway["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
        self.subnets = account.subnets(vpc, "public", "app", "database")
        self.tables = {place: self._table(vpc, place) for place in self.subnets}
        for number, place in enumerate(self.subnets):
            if place[1] == "app":
                self.give(place, number)
                self.lead_out(place)

    def _table(self, vpc: str, place: tuple[str, str]) -> str:
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[place])
        return table

    def give(self, place: tuple[str, str], number: int) -> None:
        """Give a subnet a range, of which instances have an address each."""
        subnet = self.subnets[place]
        self.ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=self.networks[number])
        self.ec2.modify_subnet_attribute(
            SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True}
        )

    def lead_out(self, place: tuple[str, str]) -> None:
        self.ec2.create_route(
            RouteTableId=self.tables[place],
            DestinationIpv6CidrBlock=ANYWHERE_IPV6,
            EgressOnlyInternetGatewayId=self.gateway,
        )


@pytest.fixture
def dual_stack(account: Account, clients: Clients, monkeypatch: pytest.MonkeyPatch) -> DualStack:
    # Without it, moto tells the state of a range as nothing that AWS knows.
    name = "ipv6_cidr_block_association_set"
    monkeypatch.setattr(Subnet, name, getattr(Subnet, name))
    networks.install()
    return DualStack(account, clients)


@pytest.mark.usefixtures("dual_stack")
def test_ipv6_has_to_be_there_where_it_is_chosen_and_only_there(
    clients: Clients, settings: Settings
) -> None:
    assert about("IPv6", clients, chosen(settings, ipv6=True)) == set()
    assert about("IPv6", clients, settings) == {
        "IPv6: subnets with addresses",
        "IPv6: give out addresses",
        *(f"IPv6: ways out of app subnet in us-west-2{letter}" for letter in "abc"),
    }


def test_a_database_with_addresses_of_its_own_and_a_way_out_fails(
    dual_stack: DualStack, clients: Clients, settings: Settings
) -> None:
    dual_stack.give((A, "database"), 99)
    dual_stack.lead_out((A, "database"))
    assert about("IPv6", clients, chosen(settings, ipv6=True)) == {
        "IPv6: subnets with addresses",
        "IPv6: give out addresses",
        f"IPv6: ways out of database subnet in {A}",
    }


def test_rules_let_out_what_is_chosen(settings: Settings) -> None:
    every = chosen(settings, ipv6=True, dynamodb_endpoint=True, nat_gateways="none")
    added = expected_rules(every)["application"] - expected_rules(settings)["application"]
    assert added == {"to ::/0 on 443", "to com.amazonaws.us-west-2.dynamodb on 443"}


def test_a_zone_that_is_left_is_there_and_not_used(
    account: Account, clients: Clients, settings: Settings
) -> None:
    subnets = account.subnets(account.vpc(), "public", "app", "database")
    leaving = chosen(settings, leaving_zones=(A,))
    assert about("subnets", clients, leaving) == set()
    used = {id_ for (zone, kind), id_ in subnets.items() if zone != A and kind == "app"}
    assert lookups.subnet_ids(clients, leaving, "app") == used
