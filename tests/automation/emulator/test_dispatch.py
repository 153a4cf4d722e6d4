from concurrent.futures import ThreadPoolExecutor

from automation.emulator import Emulator


def test_requests_at_the_same_time_do_not_spoil_each_other(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    open_rule = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]

    def close(number: int) -> int:
        """What Terraform does with each new group: take away the rule that AWS gives it."""
        name = f"group-{number}"
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=open_rule)
        ec2.describe_security_groups()
        (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        return len(found["IpPermissionsEgress"])

    with ThreadPoolExecutor(max_workers=12) as pool:
        assert set(pool.map(close, range(60))) == {0}
