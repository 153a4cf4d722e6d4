"""What instances ask goes through access points and endpoints, and a key may have granted it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from automation.emulator import Emulator
from config import load
from tests.automation.emulator.acting import ACCOUNT, ROLE, Service, allow, denied
from tests.conftest import OPTIONS, Tiers

BUCKET, POINT = "of-instances", f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/instances"
Acting = Callable[..., Service]
EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def delegation(principal: Any) -> dict[str, Any]:
    of_bucket = f"arn:aws:s3:::{BUCKET}"
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "s3:*",
        "Resource": [of_bucket, f"{of_bucket}/*"],
        "Condition": {"StringEquals": {"s3:DataAccessPointArn": POINT}},
    }


@pytest.fixture
def instance(emulator: Emulator) -> Iterator[dict[str, str]]:
    """An instance of the account, and its network."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)
    id_ = made["Instances"][0]["InstanceId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    table = ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]
    yield {"id": id_, "vpc": vpc, "table": table}
    ec2.terminate_instances(InstanceIds=[id_])


@pytest.fixture
def endpoint(emulator: Emulator, instance: dict[str, str]) -> Iterator[Callable[..., Any]]:
    ec2 = emulator.client("ec2")
    made: list[str] = []

    def with_policy(*statements: dict[str, Any]) -> str:
        answer = ec2.create_vpc_endpoint(
            VpcId=instance["vpc"],
            VpcEndpointType="Gateway",
            ServiceName="com.amazonaws.us-west-2.s3",
            RouteTableIds=[instance["table"]],
            PolicyDocument=document(*statements),
        )
        made.append(answer["VpcEndpoint"]["VpcEndpointId"])
        return made[-1]

    yield with_policy
    ec2.delete_vpc_endpoints(VpcEndpointIds=made)


@pytest.fixture
def point(emulator: Emulator) -> Iterator[Callable[..., str]]:
    """An access point of a bucket with an object, and its alias."""
    s3, control = emulator.client("s3"), emulator.client("s3control")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")

    def made(**network: Any) -> str:
        given = {"AccountId": ACCOUNT, "Name": "instances", "Bucket": BUCKET}
        return str(control.create_access_point(**given, **network)["Alias"])

    yield made
    control.delete_access_point(AccountId=ACCOUNT, Name="instances")
    s3.delete_object(Bucket=BUCKET, Key="a")
    s3.delete_bucket(Bucket=BUCKET)


@pytest.mark.parametrize("by_alias", [True, False])
def test_a_call_through_an_access_point_is_decided_twice(
    acting: Acting, emulator: Emulator, point: Callable[..., str], by_alias: bool
) -> None:
    alias = point()
    name = alias if by_alias else POINT
    s3 = acting(allow("s3:GetObject", f"{POINT}/object/*"))("s3")
    code, said = denied(s3.get_object, Bucket=name, Key="a")
    assert code == "AccessDenied"
    assert f"s3:GetObject on resource: arn:aws:s3:::{BUCKET}/a because" in said
    policies = emulator.client("s3")
    policies.put_bucket_policy(Bucket=BUCKET, Policy=document(delegation(ACCOUNT)))
    assert denied(s3.get_object, Bucket=name, Key="a") == (code, said)
    policies.put_bucket_policy(Bucket=BUCKET, Policy=document(delegation("*")))
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    assert f"on resource: {POINT}/object/a" in denied(s3.put_object, Bucket=name, Key="a")[1]
    assert f"on resource: {POINT} " in denied(s3.list_objects_v2, Bucket=name)[1]
    assert (
        f"on resource: arn:aws:s3:::{BUCKET}/a" in denied(s3.get_object, Bucket=BUCKET, Key="a")[1]
    )


def test_an_access_points_own_policy_counts(
    acting: Acting, emulator: Emulator, point: Callable[..., str]
) -> None:
    alias = point()
    emulator.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document(delegation("*")))
    deny = {
        **EVERYTHING,
        "Effect": "Deny",
        "Action": "s3:GetObject",
        "Resource": f"{POINT}/object/*",
    }
    control = emulator.client("s3control")
    control.put_access_point_policy(AccountId=ACCOUNT, Name="instances", Policy=document(deny))
    s3 = acting(allow("s3:*", f"{POINT}*"))("s3")
    assert s3.list_objects_v2(Bucket=alias)["KeyCount"] == 1
    code, said = denied(s3.get_object, Bucket=alias, Key="a")
    assert code == "AccessDenied"
    assert said.endswith("with an explicit deny in a resource-based policy")


def test_an_access_point_of_a_network_answers_there(
    acting: Acting,
    emulator: Emulator,
    point: Callable[..., str],
    endpoint: Callable[..., str],
    instance: dict[str, str],
) -> None:
    alias = point(VpcConfiguration={"VpcId": instance["vpc"]})
    emulator.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document(delegation("*")))
    s3 = acting(allow("s3:*", f"{POINT}*"), name=instance["id"])("s3")
    assert denied(s3.list_objects_v2, Bucket=alias) == ("AccessDenied", "Access Denied")
    endpoint(EVERYTHING)
    assert s3.list_objects_v2(Bucket=alias)["KeyCount"] == 1


def test_an_endpoints_policy_limits_the_instances_behind_it(
    acting: Acting,
    point: Callable[..., str],
    endpoint: Callable[..., str],
    instance: dict[str, str],
) -> None:
    point()
    endpoint({**EVERYTHING, "Action": "s3:GetObject"})
    s3 = acting(allow("s3:*"), name=instance["id"])("s3")
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"x"
    code, said = denied(s3.put_object, Bucket=BUCKET, Key="b", Body=b"")
    assert code == "AccessDenied"
    assert said.endswith("because no VPC endpoint policy allows the s3:PutObject action")


def test_the_platforms_endpoint_lets_through_what_its_settings_allow(
    acting: Acting,
    emulator: Emulator,
    options: Tiers,
    endpoint: Callable[..., str],
    instance: dict[str, str],
) -> None:
    pictures, other = (f"{load(OPTIONS).naming.prefix}-{name}" for name in ("pictures-1", "other"))
    made = options["network"].resources("aws_vpc_endpoint").values()
    (of_s3,) = (each["policy"] for each in made if each["service_name"].endswith(".s3"))
    endpoint(*json.loads(of_s3)["Statement"])
    s3, account = acting(allow("s3:*"), name=instance["id"])("s3"), emulator.client("s3")
    for name in (pictures, other):
        where = {"LocationConstraint": "us-west-2"}
        account.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    s3.delete_object(Bucket=pictures, Key="a")
    said = denied(s3.delete_object, Bucket=other, Key="a")[1]
    assert said.endswith("because no VPC endpoint policy allows the s3:DeleteObject action")
    for name in (pictures, other):
        account.delete_bucket(Bucket=name)


def test_whoever_is_not_behind_an_endpoint_is_not_limited(
    acting: Acting, point: Callable[..., str], endpoint: Callable[..., str]
) -> None:
    point()
    endpoint({**EVERYTHING, "Action": "s3:GetObject"})
    s3 = acting(allow("s3:*"))("s3")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_a_network_can_be_a_condition(
    acting: Acting,
    point: Callable[..., str],
    endpoint: Callable[..., str],
    instance: dict[str, str],
) -> None:
    point()
    only: Any = {"StringEquals": {"aws:SourceVpce": endpoint(EVERYTHING)}}
    s3 = acting(allow("s3:*", **only), name=instance["id"])("s3")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_a_grant_allows_what_it_names(acting: Acting, emulator: Emulator) -> None:
    kms = emulator.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    ours = acting()("kms")
    context = {"of": "a test"}
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=ROLE,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": context},
    )
    more = {**context, "and": "more"}
    made = ours.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=more)["CiphertextBlob"]
    for given in ({}, {"of": "another"}):
        code, said = denied(ours.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=given)
        assert code == "AccessDeniedException"
        assert f"perform: kms:Encrypt on resource: {key} because" in said
    assert denied(ours.decrypt, CiphertextBlob=made, KeyId=key, EncryptionContext=more)[0] == code
