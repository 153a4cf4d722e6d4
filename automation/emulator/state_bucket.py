"""The bucket and the key that hold Terraform's state, as the backend blocks name them."""

import json
from typing import Any

from automation.emulator.process import Emulator
from config.naming import Naming


def create_state_bucket(emulator: Emulator, naming: Naming) -> str:
    """Create both in the emulated account, as bootstrap does in a real one; the bucket's name."""
    key = _create_key(emulator.client("kms", region=naming.region), naming)
    bucket = naming.bucket("tfstate")
    s3 = emulator.client("s3", region=naming.region)
    # us-east-1 is the one region that must not be named.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
    location = {"CreateBucketConfiguration": {"LocationConstraint": naming.region}}
    s3.create_bucket(Bucket=bucket, **({} if naming.region == "us-east-1" else location))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}
    configuration = {"Rules": [rule]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=configuration)
    _close(s3, bucket)
    return bucket


def _close(s3: Any, bucket: str) -> None:
    """Make the bucket private to its owner, and deaf to requests without modern TLS."""
    blocks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True)
    )
    owner = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=owner)
    refused = {
        "DenyInsecureTransport": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyOutdatedTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }
    statements = [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": condition,
        }
        for sid, condition in refused.items()
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _create_key(kms: Any, naming: Naming) -> str:
    key = kms.create_key(Description="Terraform state")["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{naming.name('tfstate')}", TargetKeyId=key["KeyId"])
    return str(key["Arn"])
