"""Makes in an account what the checks look for."""

import json
from collections.abc import Iterable
from typing import Any

from automation.aws.clients import Clients
from automation.checks import Finding
from automation.checks.configuration import network
from config import Settings

TLS_ONLY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
LOG_DELIVERY = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
}
MODERN_TLS_ONLY: dict[str, Any] = {
    **TLS_ONLY,
    "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
}


def failed(findings: Iterable[Finding]) -> set[str]:
    """What does not hold."""
    return {finding.what for finding in findings if not finding.ok}


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Account:
    """One method for each thing, which is made as the checks want it."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings
        self._naming = settings.naming

    def key(self, purpose: str) -> str:
        kms = self._clients.kms
        arn = kms.create_key()["KeyMetadata"]["Arn"]
        kms.enable_key_rotation(KeyId=arn)
        kms.create_alias(AliasName=f"alias/{self._naming.name(purpose)}", TargetKeyId=arn)
        return arn

    def log_group(self, name: str, key_arn: str) -> None:
        logs = self._clients.logs
        logs.create_log_group(logGroupName=name, kmsKeyId=key_arn)
        logs.put_retention_policy(
            logGroupName=name, retentionInDays=self._settings.log_retention_days
        )

    def bucket(self, purpose: str, *, key_arn: str) -> str:
        s3, name = self._clients.s3, self._naming.bucket(purpose)
        s3.create_bucket(
            Bucket=name,
            ObjectOwnership="BucketOwnerEnforced",
            CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
        )
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {
                            "SSEAlgorithm": "aws:kms",
                            "KMSMasterKeyID": key_arn,
                        }
                    }
                ]
            },
        )
        s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )
        return name

    def protect(self, bucket: str) -> None:
        """Last of all: moto heeds no conditions, so nothing can be written from then on."""
        self._clients.s3.put_bucket_policy(Bucket=bucket, Policy=policy(TLS_ONLY, MODERN_TLS_ONLY))

    def vpc(self) -> str:
        ec2 = self._clients.ec2
        id_ = ec2.create_vpc(CidrBlock=self._settings.network.cidr_block)["Vpc"]["VpcId"]
        name = self._naming.name("vpc")
        ec2.create_tags(Resources=[id_], Tags=[{"Key": "Name", "Value": name}])
        ec2.modify_vpc_attribute(VpcId=id_, EnableDnsHostnames={"Value": True})
        return id_

    def subnets(self, vpc_id: str, *kinds: str) -> dict[tuple[str, str], str]:
        """Ids by zone and kind."""
        ec2, ids = self._clients.ec2, {}
        for zone, networks in network.planned(self._settings).items():
            for kind in kinds:
                answer = ec2.create_subnet(
                    VpcId=vpc_id,
                    AvailabilityZone=zone,
                    CidrBlock=networks[kind],
                    TagSpecifications=[
                        {"ResourceType": "subnet", "Tags": [{"Key": "Tier", "Value": kind}]}
                    ],
                )
                ids[zone, kind] = answer["Subnet"]["SubnetId"]
        return ids

    def security_group(self, vpc_id: str, purpose: str) -> str:
        """A group without rules."""
        ec2, name = self._clients.ec2, self._naming.name(purpose)
        id_ = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
        ec2.revoke_security_group_egress(
            GroupId=id_,
            IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        )
        return id_
