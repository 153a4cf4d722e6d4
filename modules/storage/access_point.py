"""A bucket's door for one network."""

from cdktf_cdktf_provider_aws.s3_access_point import (
    S3AccessPoint,
    S3AccessPointPublicAccessBlockConfiguration,
    S3AccessPointVpcConfiguration,
)
from constructs import Construct

from config.naming import Naming
from modules.policy import Statement, policy_document


class AccessPoint(Construct):
    """An S3 access point that answers only inside a VPC; IAM decides who may use it there.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-vpc.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, purpose: str, bucket: str, vpc_id: str
    ) -> None:
        super().__init__(scope, id_)
        point = S3AccessPoint(
            self,
            "access-point",
            name=naming.name(purpose),
            bucket=bucket,
            account_id=naming.account_id,
            vpc_configuration=S3AccessPointVpcConfiguration(vpc_id=vpc_id),
            public_access_block_configuration=S3AccessPointPublicAccessBlockConfiguration(
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            policy=_tls_only(access_point_arn(naming, purpose)),
        )
        self.arn: str = point.arn
        self.alias: str = point.alias


def access_point_arn(naming: Naming, purpose: str) -> str:
    """The ARN that an access point for the purpose has."""
    return naming.arn("s3", f"accesspoint/{naming.name(purpose)}")


def _tls_only(arn: str) -> str:
    return policy_document(
        Statement(
            sid="DenyInsecureTransport",
            effect="Deny",
            principals={"AWS": "*"},
            actions=["s3:*"],
            resources=[arn, f"{arn}/object/*"],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
    )
