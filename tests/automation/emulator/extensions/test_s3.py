import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal, refused
from tests.automation.emulator.conftest import ACCOUNT, REGION


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Resource": ["arn:aws:s3:::NAME/s3/*"], "Action": ["s3:PutObject"]}, True),
        ({"Resource": "arn:aws:s3:::NAME/*", "Action": "s3:*"}, True),
        ({"Resource": ["arn:aws:s3:::NAME/other/*"], "Action": ["s3:PutObject"]}, False),
        ({"Resource": ["arn:aws:s3:::NAME/s3/*"], "Action": ["s3:GetObject"]}, False),
        ({"Effect": "Deny", "Resource": "arn:aws:s3:::NAME/*", "Action": "s3:*"}, False),
        ({"Principal": "*", "Resource": "arn:aws:s3:::NAME/*", "Action": "s3:*"}, True),
    ],
)
def test_access_logs_need_a_policy_that_allows_them(
    emulator: Emulator, statement: dict[str, Any], allowed: bool
) -> None:
    s3 = emulator.client("s3")
    name = f"logs-{abs(hash(json.dumps(statement)))}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    principal = {"Service": "logging.s3.amazonaws.com"}
    whole = {"Sid": "Logs", "Effect": "Allow", "Principal": principal, **statement}
    text = json.dumps({"Version": "2012-10-17", "Statement": [whole]}).replace("NAME", name)
    if whole["Effect"] == "Allow":
        s3.put_bucket_policy(Bucket=name, Policy=text)
    logging = {"LoggingEnabled": {"TargetBucket": name, "TargetPrefix": "s3/own/"}}
    arguments = {"Bucket": name, "BucketLoggingStatus": logging}
    if allowed:
        s3.put_bucket_logging(**arguments)
    else:
        assert refused(s3.put_bucket_logging, **arguments) == "InvalidTargetBucketForLogging"


def test_conditions_about_transport_do_not_stop_clients_with_tls(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": REGION})
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:*"],
        "Resource": ["arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket="tls-only", Policy=text)
    s3.put_object(Bucket="tls-only", Key="a", Body=b"x")
    del deny["Condition"]
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket="tls-only", Policy=text)
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="tls-only", Key="a", Body=b"x")


def test_a_bucket_tells_its_owner_from_others(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="owned", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.head_bucket(Bucket="owned", ExpectedBucketOwner=ACCOUNT)
    assert refused(s3.head_bucket, Bucket="owned", ExpectedBucketOwner="999999999999") == "403"
    assert refused(s3.head_bucket, Bucket="absent", ExpectedBucketOwner="999999999999") == "404"


def test_a_bucket_stays_until_it_is_empty(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    location = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    s3.create_bucket(Bucket="not-empty", **location)
    versioning = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket="not-empty", VersioningConfiguration=versioning)
    version = s3.put_object(Bucket="not-empty", Key="a", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket="not-empty", Key="a")["VersionId"]
    for each in (version, marker):
        assert refusal(s3.delete_bucket, Bucket="not-empty") == (
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the"
            " bucket.",
        )
        s3.delete_object(Bucket="not-empty", Key="a", VersionId=each)
    s3.delete_bucket(Bucket="not-empty")
    s3.create_bucket(Bucket="unversioned", **location)
    s3.put_object(Bucket="unversioned", Key="a", Body=b"x")
    refused_deletion = refusal(s3.delete_bucket, Bucket="unversioned")
    assert refused_deletion == ("BucketNotEmpty", "The bucket you tried to delete is not empty")


def test_a_bucket_stays_while_an_access_point_leads_to_it(emulator: Emulator) -> None:
    s3, control = emulator.client("s3"), emulator.client("s3control")
    location = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    s3.create_bucket(Bucket="led-to", **location)
    control.create_access_point(AccountId=ACCOUNT, Name="leads", Bucket="led-to")
    assert refusal(s3.delete_bucket, Bucket="led-to") == (
        "BucketHasAccessPointsAttached",
        "The bucket you tried to delete has access points attached. Delete your access points"
        " before deleting your bucket.",
    )
    control.delete_access_point(AccountId=ACCOUNT, Name="leads")
    s3.delete_bucket(Bucket="led-to")
