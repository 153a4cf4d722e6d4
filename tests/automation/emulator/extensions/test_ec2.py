from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import template


def test_launch_templates_tell_their_tags_from_those_of_what_they_launch(
    emulator: Emulator,
) -> None:
    made = template(emulator, "tagged")
    assert made["Tags"] == [{"Key": "Name", "Value": "tagged"}]
    versions = emulator.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=made["LaunchTemplateId"], Versions=["$Latest"]
    )["LaunchTemplateVersions"]
    specifications = versions[0]["LaunchTemplateData"]["TagSpecifications"]
    assert [each["ResourceType"] for each in specifications] == ["instance"]


def test_rules_keep_their_descriptions_whomever_they_admit(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("one", "two")
    ]
    port = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    peers: list[dict[str, Any]] = [
        {"IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "a"}]},
        {"UserIdGroupPairs": [{"GroupId": ids[1], "Description": "b"}]},
        {"PrefixListIds": [{"PrefixListId": "pl-123", "Description": "c"}]},
    ]
    permissions = [{**port, **peer} for peer in peers]
    ec2.authorize_security_group_ingress(GroupId=ids[0], IpPermissions=permissions)
    filters = [{"Name": "group-id", "Values": [ids[0]]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert {rule["Description"] for rule in rules if not rule["IsEgress"]} == {"a", "b", "c"}


def test_a_deleted_nat_gateway_leaves_its_address_to_the_next(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    for _ in range(2):
        made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
        (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
        assert found["AssociationId"]
        ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert "AssociationId" not in found
