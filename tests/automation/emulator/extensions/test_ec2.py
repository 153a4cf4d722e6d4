import base64
from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import (
    internet_gateway,
    network,
    refusal,
    security_group,
    template,
)


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
    vpc, (subnet, _) = network(emulator)
    internet_gateway(emulator, vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    for _ in range(2):
        made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
        (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
        assert found["AssociationId"]
        ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert "AssociationId" not in found
    ec2.release_address(AllocationId=address)


def test_a_nat_gateway_needs_an_internet_gateway(emulator: Emulator) -> None:
    ec2, (vpc, (subnet, _)) = emulator.client("ec2"), network(emulator)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    arguments = {"SubnetId": subnet, "AllocationId": address}
    failed = ec2.create_nat_gateway(**arguments)["NatGateway"]["NatGatewayId"]
    (found,) = ec2.describe_nat_gateways(NatGatewayIds=[failed])["NatGateways"]
    assert (found["State"], found["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert found["FailureMessage"] == f"Network {vpc} has no Internet gateway attached"
    internet_gateway(emulator, vpc)
    made = ec2.create_nat_gateway(**arguments)["NatGateway"]
    assert made["State"] == "available"
    ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    ec2.release_address(AllocationId=address)


def test_user_data_has_sixteen_kibibytes_at_most(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2")

    def data(size: int) -> dict[str, Any]:
        return {"LaunchTemplateData": {"UserData": base64.b64encode(b"x" * size).decode()}}

    message = ("InvalidUserData.Malformed", "User data is limited to 16384 bytes")
    name = {"LaunchTemplateName": "user-data"}
    assert refusal(ec2.create_launch_template, **name, **data(16385)) == message
    ec2.create_launch_template(**name, **data(16384))
    assert refusal(ec2.create_launch_template_version, **name, **data(16385)) == message
    ec2.create_launch_template_version(**name, **data(16384))


def test_an_account_has_so_many_addresses_until_it_is_granted_more(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", region="eu-north-1")
    taken = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(5)]
    assert refusal(ec2.allocate_address, Domain="vpc") == (
        "AddressLimitExceeded",
        "The maximum number of addresses has been reached.",
    )
    ec2.release_address(AllocationId=taken.pop())
    taken.append(ec2.allocate_address(Domain="vpc")["AllocationId"])
    emulator.client("service-quotas", region="eu-north-1").request_service_quota_increase(
        ServiceCode="ec2", QuotaCode="L-0263D0A3", DesiredValue=6
    )
    taken.append(ec2.allocate_address(Domain="vpc")["AllocationId"])
    for each in taken:
        ec2.release_address(AllocationId=each)


def test_cloudfronts_prefix_list_nearly_fills_a_group(emulator: Emulator) -> None:
    ec2, (vpc, _) = emulator.client("ec2"), network(emulator)
    name = "com.amazonaws.global.cloudfront.origin-facing"
    filters = [{"Name": "prefix-list-name", "Values": [name]}]
    (found,) = ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    group = security_group(emulator, "edge", vpc)

    def port(number: int, **peers: Any) -> dict[str, Any]:
        ports = {"FromPort": number, "ToPort": number}
        return {"GroupId": group, "IpPermissions": [{"IpProtocol": "tcp", **ports, **peers}]}

    cloudfront = {"PrefixListIds": [{"PrefixListId": found["PrefixListId"]}]}
    ec2.authorize_security_group_ingress(**port(443, **cloudfront))
    assert refusal(ec2.authorize_security_group_ingress, **port(80, **cloudfront)) == (
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
    )
    five = [{"CidrIp": f"192.0.2.{number}/32"} for number in range(5)]
    ec2.authorize_security_group_ingress(**port(80, IpRanges=five))
    ec2.revoke_security_group_ingress(**port(443, **cloudfront))
    ec2.authorize_security_group_ingress(**port(80, **cloudfront))
