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
