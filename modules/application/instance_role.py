"""What an instance may do: its boot, its agents and whoever signs in, all of them root's."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.application import PROCESS_ROLES
from config.naming import Naming
from modules.application.process_role import ProcessRights, ProcessRole
from modules.policy import Conditions, Statement, assume_role_policy, policy_document, via

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
    """Session Manager, releases, static files, reporting and the roles of processes; nothing else.

    What the application may do is theirs, and its processes reach no other role: units close the
    metadata service to them (`units.py`).
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
        auto_scaling_group_name: str,
        reporting: Sequence[Statement],
        processes: ProcessRights,
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
        roles = [self._process_role(each, processes) for each in PROCESS_ROLES]
        # Instances use the policies as they boot, and so wait for them.
        self.policies: list[ITerraformDependable] = [
            self._allow("use-session-manager", SESSION_MANAGER),
            self._allow("use-artifacts", *self._artifacts(artifacts_bucket_arn, storage_key_arn)),
            self._allow("use-assets", *self._assets(access_point_arn, storage_key_arn)),
            self._allow("check-copies", self._copies(processes.data_key_arn)),
            self._allow("report", *reporting),
            self._allow("complete-launch", self._launch(auto_scaling_group_name)),
            self._allow("assume-roles", _assume(roles)),
            *(policy for each in roles for policy in each.policies),
        ]

    def _process_role(self, purpose: str, rights: ProcessRights) -> ProcessRole:
        return ProcessRole(
            self,
            purpose,
            naming=self._naming,
            purpose=purpose,
            instance_role_arn=self._role.arn,
            rights=rights,
        )

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
            conditions=via(self._naming, "s3"),
        )
        return read, look, record, renew, encrypt

    def _assets(self, access_point_arn: str, key_arn: str) -> Sequence[Statement]:
        """Write static files that are not there yet, through the access point alone.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
        """
        add = Statement(
            sid="AddAssets",
            actions=["s3:PutObject"],
            resources=[f"{access_point_arn}/object/*"],
            conditions=_ONLY_NEW,
        )
        encrypt = Statement(
            sid="EncryptAssets",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key_arn],
            conditions=via(self._naming, "s3"),
        )
        return add, encrypt

    def _copies(self, key_arn: str) -> Statement:
        """Decrypt the secret of a restored database, which lets this role in by its own policy."""
        return Statement(
            sid="DecryptCopies",
            actions=["kms:Decrypt"],
            resources=[key_arn],
            conditions=via(self._naming, "secretsmanager"),
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


def _assume(roles: Sequence[ProcessRole]) -> Statement:
    return Statement(
        sid="AssumeRoles", actions=["sts:AssumeRole"], resources=[each.arn for each in roles]
    )
