import json

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
READS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)


def test_a_policy_stays_while_a_role_has_it_and_goes_after_its_versions(emulator: Emulator) -> None:
    iam = emulator.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    arn = iam.create_policy(PolicyName="reads", PolicyDocument=READS)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    refused = refusal(iam.delete_policy, PolicyArn=arn)
    assert refused == ("DeleteConflict", "Cannot delete a policy attached to entities.")
    iam.detach_role_policy(RoleName="reader", PolicyArn=arn)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=READS)["PolicyVersion"]
    code, message = refusal(iam.delete_policy, PolicyArn=arn)
    assert code == "DeleteConflict"
    assert message.startswith("This policy has more than one version.")
    iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def test_a_role_stays_while_it_has_policies_or_a_profile(emulator: Emulator) -> None:
    iam, role = emulator.client("iam"), {"RoleName": "kept"}
    managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.create_role(**role, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(**role, PolicyName="inline", PolicyDocument=READS)
    iam.attach_role_policy(**role, PolicyArn=managed)
    iam.create_instance_profile(InstanceProfileName="kept")
    iam.add_role_to_instance_profile(InstanceProfileName="kept", **role)
    profile = (
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.",
    )
    assert refusal(iam.delete_role, **role) == profile
    assert refusal(iam.delete_instance_profile, InstanceProfileName="kept") == profile
    iam.remove_role_from_instance_profile(InstanceProfileName="kept", **role)
    iam.delete_instance_profile(InstanceProfileName="kept")
    code, message = refusal(iam.delete_role, **role)
    assert (code, message[:26]) == ("DeleteConflict", "Cannot delete entity, must")
    iam.detach_role_policy(**role, PolicyArn=managed)
    policies = ("DeleteConflict", "Cannot delete entity, must delete policies first.")
    assert refusal(iam.delete_role, **role) == policies
    iam.delete_role_policy(**role, PolicyName="inline")
    iam.delete_role(**role)


def reading(count: int) -> str:
    """A policy of about a kilobyte for each of its resources; white space is not counted."""
    resources = [f"arn:aws:s3:::shop/{'x' * 990}{number}" for number in range(count)]
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=300)


def test_policies_have_a_size(emulator: Emulator) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""
    iam, role = emulator.client("iam"), {"RoleName": "sized"}
    large = ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert refusal(iam.create_policy, PolicyName="sized", PolicyDocument=reading(7)) == large
    arn = iam.create_policy(PolicyName="sized", PolicyDocument=reading(5))["Policy"]["Arn"]
    version = {"PolicyArn": arn, "PolicyDocument": reading(7)}
    assert refusal(iam.create_policy_version, **version) == large
    trust = json.loads(TRUST)
    trust["Statement"] *= 30
    longer = {**role, "AssumeRolePolicyDocument": json.dumps(trust)}
    long = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refusal(iam.create_role, **longer) == long
    iam.create_role(**role, AssumeRolePolicyDocument=TRUST)
    document = {"PolicyDocument": longer["AssumeRolePolicyDocument"]}
    assert refusal(iam.update_assume_role_policy, **role, **document) == long
    iam.put_role_policy(**role, PolicyName="one", PolicyDocument=reading(8))
    assert refusal(iam.put_role_policy, **role, PolicyName="two", PolicyDocument=reading(3)) == (
        "LimitExceeded",
        "Maximum policy size of 10240 bytes exceeded for role sized",
    )
    iam.put_role_policy(**role, PolicyName="one", PolicyDocument=reading(3))
    iam.put_role_policy(**role, PolicyName="two", PolicyDocument=reading(3))
    for name in ("one", "two"):
        iam.delete_role_policy(**role, PolicyName=name)
    iam.delete_role(**role)
    iam.delete_policy(PolicyArn=arn)


def test_a_role_has_ten_policies_at_most(emulator: Emulator) -> None:
    iam, role = emulator.client("iam"), {"RoleName": "many"}
    iam.create_role(**role, AssumeRolePolicyDocument=TRUST)
    arns = [
        iam.create_policy(PolicyName=f"many-{number}", PolicyDocument=READS)["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in arns[:10]:
        iam.attach_role_policy(**role, PolicyArn=arn)
    refused = refusal(iam.attach_role_policy, **role, PolicyArn=arns[10])
    assert refused == ("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
    for arn in arns[:10]:
        iam.detach_role_policy(**role, PolicyArn=arn)
    for arn in arns:
        iam.delete_policy(PolicyArn=arn)
    iam.delete_role(**role)
