"""What EC2 keeps while something uses it."""

from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import (
    balancer,
    internet_gateway,
    network,
    refusal,
    security_group,
)


def test_a_subnet_stays_while_a_load_balancer_is_in_it(emulator: Emulator) -> None:
    ec2, (_, subnets) = emulator.client("ec2"), network(emulator)
    arn = balancer(emulator, "holds-subnets", subnets)
    for subnet in subnets:
        message = f"The subnet '{subnet}' has dependencies and cannot be deleted."
        assert refusal(ec2.delete_subnet, SubnetId=subnet) == ("DependencyViolation", message)
    emulator.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)


def test_a_subnet_stays_while_an_instance_runs_in_it(emulator: Emulator) -> None:
    ec2, (vpc, (subnet, _)) = emulator.client("ec2"), network(emulator)
    group = security_group(emulator, "holds", vpc)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group]
    )["Instances"][0]["InstanceId"]
    assert refusal(ec2.delete_subnet, SubnetId=subnet)[0] == "DependencyViolation"
    message = f"resource {group} has a dependent object"
    refused = refusal(ec2.delete_security_group, GroupId=group)
    assert refused == ("DependencyViolation", message)
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)


def test_a_subnet_stays_while_an_endpoint_or_nat_gateway_is_in_it(emulator: Emulator) -> None:
    ec2, (vpc, (first, second)) = emulator.client("ec2"), network(emulator)
    internet_gateway(emulator, vpc)
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{emulator.region}.ssm",
        VpcEndpointType="Interface",
        SubnetIds=[first],
    )["VpcEndpoint"]["VpcEndpointId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=second, AllocationId=address)["NatGateway"]
    for subnet in (first, second):
        assert refusal(ec2.delete_subnet, SubnetId=subnet)[0] == "DependencyViolation"
    code, message = refusal(ec2.release_address, AllocationId=address)
    assert (code, message[-10:]) == ("InvalidIPAddress.InUse", "is in use.")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    ec2.delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])
    ec2.release_address(AllocationId=address)
    for subnet in (first, second):
        ec2.delete_subnet(SubnetId=subnet)


@pytest.mark.parametrize(("multi_az", "held"), [(False, "b"), (True, "ab")])
def test_a_subnet_stays_while_a_database_is_in_its_zone(
    emulator: Emulator, multi_az: bool, held: str
) -> None:
    ec2, rds, name = emulator.client("ec2"), emulator.client("rds"), f"holds-{held}"
    _, subnets = network(emulator, "abc")
    group = {"DBSubnetGroupName": name}
    rds.create_db_subnet_group(**group, DBSubnetGroupDescription="it", SubnetIds=subnets)
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="mysql",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        ManageMasterUserPassword=True,
        AvailabilityZone=f"{emulator.region}b",
        MultiAZ=multi_az,
        **group,
    )
    by_zone = dict(zip("abc", subnets, strict=True))
    for zone in held:
        code, _ = refusal(ec2.delete_subnet, SubnetId=by_zone[zone])
        assert code == "DependencyViolation"
    ec2.delete_subnet(SubnetId=by_zone["c"])
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    for zone in held:
        ec2.delete_subnet(SubnetId=by_zone[zone])


def test_a_security_group_stays_while_the_rule_of_another_names_it(emulator: Emulator) -> None:
    ec2, (vpc, _) = emulator.client("ec2"), network(emulator)
    one, two = (security_group(emulator, name, vpc) for name in ("one", "two"))
    pairs = [{"GroupId": one}, {"GroupId": two}]
    port = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": pairs}
    ec2.authorize_security_group_ingress(GroupId=one, IpPermissions=[port])
    assert refusal(ec2.delete_security_group, GroupId=two)[0] == "DependencyViolation"
    ec2.delete_security_group(GroupId=one)
    ec2.delete_security_group(GroupId=two)
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    (default,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    message = (
        f'the specified group: "{default["GroupId"]}" name: "default" cannot be deleted by a user'
    )
    refused = refusal(ec2.delete_security_group, GroupId=default["GroupId"])
    assert refused == ("CannotDelete", message)


def test_a_vpc_goes_last(emulator: Emulator) -> None:
    ec2, (vpc, subnets) = emulator.client("ec2"), network(emulator)
    gateway = internet_gateway(emulator, vpc)
    group = security_group(emulator, "last", vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    arn = balancer(emulator, "faces-the-internet", subnets)
    mapped = (
        "DependencyViolation",
        f"Network {vpc} has some mapped public address(es). Please unmap those public address(es)"
        " before detaching the gateway.",
    )
    attachment = {"InternetGatewayId": gateway, "VpcId": vpc}
    assert refusal(ec2.detach_internet_gateway, **attachment) == mapped
    emulator.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    message = f"The internetGateway '{gateway}' has dependencies and cannot be deleted."
    refused = refusal(ec2.delete_internet_gateway, InternetGatewayId=gateway)
    assert refused == ("DependencyViolation", message)
    violation = (
        "DependencyViolation",
        f"The vpc '{vpc}' has dependencies and cannot be deleted.",
    )
    steps: list[tuple[Any, dict[str, str]]] = [
        *((ec2.delete_subnet, {"SubnetId": each}) for each in subnets),
        (ec2.detach_internet_gateway, attachment),
        (ec2.delete_internet_gateway, {"InternetGatewayId": gateway}),
        (ec2.delete_security_group, {"GroupId": group}),
        (ec2.delete_route_table, {"RouteTableId": table}),
    ]
    for call, arguments in steps:
        if call != ec2.delete_route_table:
            assert refusal(ec2.delete_vpc, VpcId=vpc) == violation
        call(**arguments)
    ec2.delete_vpc(VpcId=vpc)
