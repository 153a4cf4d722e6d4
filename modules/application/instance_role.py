"""What an instance may do."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.naming import Naming
from modules.policy import Conditions, Statement, assume_role_policy, policy_document

# Session Manager takes the place of SSH. AWS's own policy for it reads every parameter, too.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
SESSION_MANAGER = Statement(
    sid="SessionManager",
    actions=[
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ],
    resources=["*"],
)

# Writes that say that nothing is there yet, or what is: S3 refuses them where it is otherwise.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
_ONLY_NEW: Conditions = {"Null": {"s3:if-none-match": "false"}}
_ONLY_KNOWN: Conditions = {"Null": {"s3:if-match": "false"}}


class InstanceRole(Construct):
    """Session Manager, releases, assets, passwords of its own, reporting and `own`; nothing else.

    Of the secrets in `secret_arns`, those that a key of somebody else's encrypts need its consent.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        artifacts_bucket_arn: str,
        access_point_arn: str,
        storage_key_arn: str,
        database_secret_arn: str,
        secret_arns: Sequence[str],
        data_key_arn: str,
        # Of the database and its replicas, where instances may sign in by IAM.
        database_resource_ids: Sequence[str] = (),
        auto_scaling_group_name: str,
        reporting: Sequence[Statement],
        # What settings let the application do beyond the contract.
        own: Sequence[Statement] = (),
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._role = IamRole(
            self,
            "role",
            name=naming.name("application"),
            permissions_boundary=naming.boundary,
            # EC2 sends neither aws:SourceAccount nor aws:SourceArn when it assumes a role.
            assume_role_policy=assume_role_policy("ec2.amazonaws.com"),
        )
        profile = IamInstanceProfile(
            self, "profile", name=naming.name("application"), role=self._role.name
        )
        self.instance_profile_arn: str = profile.arn
        # Instances use the policies as they boot, and so wait for them.
        self.policies: list[ITerraformDependable] = [
            self._allow("use-session-manager", SESSION_MANAGER),
            self._allow("use-artifacts", *self._artifacts(artifacts_bucket_arn, storage_key_arn)),
            self._allow("use-assets", *self._assets(access_point_arn, storage_key_arn)),
            self._allow("read-database-secret", *self._secret(database_secret_arn, data_key_arn)),
            self._allow("report", *reporting),
            self._allow("complete-launch", self._launch(auto_scaling_group_name)),
        ]
        if database_resource_ids:
            self.policies.append(self._allow("use-database", self._sign_in(database_resource_ids)))
        if secret_arns:
            self.policies.append(self._allow("read-secrets", _secrets(secret_arns)))
        if own:
            self.policies.append(self._allow("use-own", *own))

    def _allow(self, id_: str, *statements: Statement) -> IamRolePolicy:
        return IamRolePolicy(
            self,
            id_,
            name=self._naming.name(id_),
            role=self._role.name,
            policy=policy_document(*statements),
        )

    def _artifacts(self, bucket_arn: str, key_arn: str) -> Sequence[Statement]:
        """Read releases, and record which of them was deployed.

        None is overwritten; a record is by those alone who know what it says.
        """
        read = Statement(
            sid="ReadReleases", actions=["s3:GetObject"], resources=[f"{bucket_arn}/releases/*"]
        )
        deployments = [f"{bucket_arn}/deployments/*"]
        look = Statement(sid="ReadDeployments", actions=["s3:GetObject"], resources=deployments)
        record = Statement(
            sid="RecordDeployments",
            actions=["s3:PutObject"],
            resources=deployments,
            conditions=_ONLY_NEW,
        )
        renew = Statement(
            sid="RenewDeployments",
            actions=["s3:PutObject"],
            resources=deployments,
            conditions=_ONLY_KNOWN,
        )
        encrypt = Statement(
            sid="EncryptArtifacts",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key_arn],
            conditions=self._only_via("s3"),
        )
        return read, look, record, renew, encrypt

    def _assets(self, access_point_arn: str, key_arn: str) -> Sequence[Statement]:
        """Read, and write what is not there yet, through the access point alone.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
        """
        listing = Statement(
            sid="ListAssets", actions=["s3:ListBucket"], resources=[access_point_arn]
        )
        objects = [f"{access_point_arn}/object/*"]
        read = Statement(sid="ReadAssets", actions=["s3:GetObject"], resources=objects)
        add = Statement(
            sid="AddAssets", actions=["s3:PutObject"], resources=objects, conditions=_ONLY_NEW
        )
        encrypt = Statement(
            sid="EncryptAssets",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key_arn],
            conditions=self._only_via("s3"),
        )
        return listing, read, add, encrypt

    def _secret(self, secret_arn: str, key_arn: str) -> Sequence[Statement]:
        read = Statement(
            sid="ReadDatabaseSecret",
            actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            resources=[secret_arn],
        )
        return read, Statement(
            sid="DecryptDatabaseSecret",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            conditions=self._only_via("secretsmanager"),
        )

    def _sign_in(self, resource_ids: Sequence[str]) -> Statement:
        """As any of the users that the database identifies by IAM.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
        """
        return Statement(
            sid="SignIn",
            actions=["rds-db:connect"],
            resources=[self._naming.arn("rds-db", f"dbuser:{each}/*") for each in resource_ids],
        )

    def _launch(self, group_name: str) -> Statement:
        """Tell the group that the instance serves, or still prepares to.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
        """
        group = f"autoScalingGroup:*:autoScalingGroupName/{group_name}"
        return Statement(
            sid="CompleteLaunch",
            actions=[
                "autoscaling:CompleteLifecycleAction",
                "autoscaling:RecordLifecycleActionHeartbeat",
            ],
            resources=[self._naming.arn("autoscaling", group)],
        )

    def _only_via(self, service: str) -> Conditions:
        """Leave it to a service to call KMS; the role itself cannot."""
        host = f"{service}.{self._naming.region}.amazonaws.com"
        return {"StringEquals": {"kms:ViaService": host}}


def _secrets(arns: Sequence[str]) -> Statement:
    return Statement(
        sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=list(arns)
    )
