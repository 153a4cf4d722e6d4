from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from automation.aws.clients import Clients
from automation.checks.preflight.quotas import QUOTA_CHECKS, peak
from automation.emulator import Emulator
from config import Settings, load
from config.application import Purchase, Schedule
from tests.automation.checks.preflight.conftest import Look, change

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import TagTypeDef
    from types_boto3_service_quotas.client import ServiceQuotasClient


def tags(settings: Settings) -> "list[TagTypeDef]":
    return [{"Key": key, "Value": value} for key, value in settings.required_tags.items()]


def run_instances(
    emulator: Emulator, count: int, *, owner: Settings | None = None, spot: bool = False
) -> None:
    """Instances of m5.xlarge, each with 4 vCPUs; without an owner, somebody else's."""
    ours = [{"ResourceType": "instance", "Tags": tags(owner)}] if owner else []
    emulator.client("ec2").run_instances(
        ImageId="ami-12c6146b",
        InstanceType="m5.xlarge",
        MinCount=count,
        MaxCount=count,
        TagSpecifications=ours,
        **({"InstanceMarketOptions": {"MarketType": "spot"}} if spot else {}),
    )


@pytest.fixture
def quotas(clients: Clients) -> "Iterator[ServiceQuotasClient]":
    """Where the account is given more, for one test only."""
    yield clients.service_quotas
    clients.service_quotas.request_service_quota_increase(
        ServiceCode="ec2", QuotaCode="L-1216C47A", DesiredValue=5
    )


def test_a_new_account_has_room_for_dev(look: Look) -> None:
    found = {what: (each.ok, each.detail) for what, each in look(QUOTA_CHECKS).items()}
    # The default VPC is somebody else's.
    assert found == {
        "network: VPCs": (True, "1 needed, 1 used by others, the quota is 5"),
        "addresses: Elastic IP addresses": (True, "1 needed, 0 used by others, the quota is 5"),
        "NAT: NAT gateways in us-west-2a": (True, "1 needed, 0 used by others, the quota is 5"),
        "database: DB instances": (True, "1 needed, 0 used by others, the quota is 40"),
        "instances: Standard on-demand vCPUs": (True, "4 needed, 0 used by others, the quota is 5"),
    }


def test_a_new_account_has_too_few_vcpus_for_prod_until_it_is_given_more(
    look: Look, quotas: "ServiceQuotasClient"
) -> None:
    prod, what = load("prod"), "instances: Standard on-demand vCPUs"
    finding = look(QUOTA_CHECKS, prod)[what]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "24 needed, 0 used by others, the quota is 5",
        "ask AWS for 24: `aws service-quotas request-service-quota-increase --service-code ec2 "
        "--quota-code L-1216C47A --desired-value 24 --region us-west-2`",
    )
    quotas.request_service_quota_increase(
        ServiceCode="ec2", QuotaCode="L-1216C47A", DesiredValue=24
    )
    assert look(QUOTA_CHECKS, prod)[what].ok


@pytest.mark.parametrize("ours", [True, False])
def test_what_the_environment_has_already_does_not_count_twice(
    ours: bool, look: Look, clients: Clients, settings: Settings
) -> None:
    mine = tags(settings) if ours else []
    for number in range(4):
        vpc = clients.ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    subnet = clients.ec2.create_subnet(
        VpcId=vpc, CidrBlock="10.3.0.0/24", AvailabilityZone="us-west-2a"
    )["Subnet"]["SubnetId"]
    gateway = clients.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    clients.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    addresses = [clients.ec2.allocate_address()["AllocationId"] for _ in range(5)]
    gateways = [
        clients.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=each)["NatGateway"]
        for each in addresses
    ]
    if mine:
        resources = [vpc, addresses[0], gateways[0]["NatGatewayId"]]
        clients.ec2.create_tags(Resources=resources, Tags=mine)
    found = look(QUOTA_CHECKS)
    whats = (
        "network: VPCs",
        "addresses: Elastic IP addresses",
        "NAT: NAT gateways in us-west-2a",
    )
    for what in whats:
        others = 4 if ours else 5
        detail = f"1 needed, {others} used by others, the quota is 5"
        assert (found[what].ok, found[what].detail) == (ours, detail)


def test_instances_count_by_the_way_they_are_bought(
    look: Look, emulator: Emulator, settings: Settings
) -> None:
    run_instances(emulator, 1, owner=settings)
    run_instances(emulator, 2)
    run_instances(emulator, 1, spot=True)
    mixed = change(
        settings, "application", purchase=Purchase(on_demand_base=1, on_demand_percent=0)
    )
    found = {what: each.detail for what, each in look(QUOTA_CHECKS, mixed).items()}
    assert found["instances: Standard on-demand vCPUs"] == (
        "2 needed, 8 used by others, the quota is 5"
    )
    assert found["instances: Standard Spot vCPUs"] == "2 needed, 4 used by others, the quota is 5"


def test_each_database_counts_and_one_that_is_updated_twice(
    look: Look, clients: Clients, settings: Settings
) -> None:
    clients.rds.create_db_instance(
        DBInstanceIdentifier="other",
        Engine="mysql",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        ManageMasterUserPassword=True,
    )
    updated = change(settings, "database", blue_green_updates=True)
    assert look(QUOTA_CHECKS, updated)["database: DB instances"].detail == (
        "2 needed, 1 used by others, the quota is 40"
    )


def test_without_nat_no_address_is_needed(look: Look, settings: Settings) -> None:
    closed = change(settings, "network", nat_gateways="none")
    assert not {what for what in look(QUOTA_CHECKS, closed) if "address" in what or "NAT" in what}


def test_schedules_may_need_more_than_the_usual_capacity(settings: Settings) -> None:
    busy = Schedule(name="busy", recurrence="0 7 * * MON-FRI", min_size=4, max_size=9)
    assert peak(settings) == 2
    assert peak(change(settings, "application", schedules=(busy,))) == 9
