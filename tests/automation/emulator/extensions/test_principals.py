"""Policies that name principals which are not there, or other resources."""

import json
from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal
from tests.automation.emulator.conftest import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/of-the-team/named"


def policy(principal: dict[str, Any], action: str, resource: str = "") -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": action}
    if resource:
        statement["Resource"] = resource
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_who_is_named_has_to_be_there(emulator: Emulator) -> None:
    """The provider repeats these: an order in which the role comes late shows only in AWS.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/kms/key.go
    """
    iam, kms, s3 = (emulator.client(each) for each in ("iam", "kms", "s3"))
    s3.create_bucket(Bucket="names", CreateBucketConfiguration={"LocationConstraint": REGION})
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    role = {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", ROLE, "arn:aws:iam::999999999999:role/theirs"]}
    trust = {"RoleName": "trusts", "AssumeRolePolicyDocument": policy(role, "sts:AssumeRole")}
    of_key = {"KeyId": key, "PolicyName": "default", "Policy": policy(role, "kms:*", "*")}
    of_bucket = {
        "Bucket": "names",
        "Policy": policy(role, "s3:GetObject", "arn:aws:s3:::names/*"),
    }
    malformed = (
        "MalformedPolicyDocumentException",
        "Policy contains a statement with one or more invalid principals.",
    )
    calls = (
        (
            iam.create_role,
            trust,
            ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{ROLE}"'),
        ),
        (kms.create_key, {"Policy": of_key["Policy"]}, malformed),
        (kms.put_key_policy, of_key, malformed),
        (s3.put_bucket_policy, of_bucket, ("MalformedPolicy", "Invalid principal in policy")),
    )
    for call, arguments, expected in calls:
        assert refusal(call, **arguments) == expected
    service = policy({"Service": "ec2.amazonaws.com"}, "sts:AssumeRole")
    iam.create_role(RoleName="named", Path="/of-the-team/", AssumeRolePolicyDocument=service)
    for call, arguments, _ in calls:
        call(**arguments)
    for name in ("named", "trusts"):
        iam.delete_role(RoleName=name)


def test_a_buckets_policy_is_about_the_bucket(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="own", CreateBucketConfiguration={"LocationConstraint": REGION})
    service = {"Service": "logging.s3.amazonaws.com"}
    other = policy(service, "s3:PutObject", "arn:aws:s3:::another/*")
    refused = refusal(s3.put_bucket_policy, Bucket="own", Policy=other)
    assert refused == ("MalformedPolicy", "Policy has invalid resource")
    own = policy(service, "s3:PutObject", "arn:aws:s3:::own/*")
    s3.put_bucket_policy(Bucket="own", Policy=own)
