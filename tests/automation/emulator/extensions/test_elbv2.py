import pytest

from automation.emulator import Emulator


@pytest.mark.parametrize(
    ("asked", "scheme"), [({}, "internet-facing"), ({"Scheme": "internal"}, "internal")]
)
def test_a_load_balancer_faces_the_internet_unless_it_says_otherwise(
    emulator: Emulator, asked: dict[str, str], scheme: str
) -> None:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{emulator.region}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    elbv2 = emulator.client("elbv2")
    made = elbv2.create_load_balancer(Name=f"lb-{scheme}", Subnets=subnets, **asked)
    assert made["LoadBalancers"][0]["Scheme"] == scheme
