"""What the application's processes may do, each with the credentials of its own role."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.app import App
from config.naming import Naming
from modules.application.own_permissions import own_permissions
from modules.database.mysql import MysqlDatabase
from modules.policy import Statement, policy_document, via


def role_prefix(naming: Naming) -> str:
    """How the ARNs of these roles begin, each of which ends in whose it is."""
    return naming.arn("iam", f"role/{naming.name('')}", region="")


@dataclass(frozen=True, kw_only=True)
class ProcessRights:
    """The application's secrets, its database, and what settings let it do beyond the contract.

    Of the secrets in `secret_arns`, those that a key of somebody else's encrypts need its consent.
    `database_resource_ids` are of the database and its replicas, where one may sign in by IAM.
    """

    database_secret_arn: str
    data_key_arn: str
    secret_arns: Sequence[str] = ()
    database_resource_ids: Sequence[str] = ()
    own: Sequence[Statement] = ()

    @classmethod
    def of(
        cls,
        *,
        naming: Naming,
        app: App,
        database: MysqlDatabase,
        data_key_arn: str,
    ) -> "ProcessRights":
        """As settings say."""
        return cls(
            database_secret_arn=database.secret_arn,
            data_key_arn=data_key_arn,
            secret_arns=sorted(set(app.secrets.values())),
            database_resource_ids=database.iam_resource_ids,
            own=own_permissions(naming, app.permissions),
        )

    def policies(self, naming: Naming) -> dict[str, Sequence[Statement]]:
        """The statements by what they are for.

        The release command gets `own`, too: it is the application's as much, and prepares what
        the others use.
        """
        found = {
            "read-database-secret": self._database_secret(naming),
            "use-database": [self._sign_in(naming)] if self.database_resource_ids else [],
            "read-secrets": [self._secrets()] if self.secret_arns else [],
            "use-own": self.own,
        }
        return {purpose: statements for purpose, statements in found.items() if statements}

    def _database_secret(self, naming: Naming) -> Sequence[Statement]:
        read = Statement(
            sid="ReadDatabaseSecret",
            actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            resources=[self.database_secret_arn],
        )
        return read, Statement(
            sid="DecryptDatabaseSecret",
            actions=["kms:Decrypt"],
            resources=[self.data_key_arn],
            conditions=via(naming, "secretsmanager"),
        )

    def _secrets(self) -> Statement:
        return Statement(
            sid="ReadSecrets",
            actions=["secretsmanager:GetSecretValue"],
            resources=list(self.secret_arns),
        )

    def _sign_in(self, naming: Naming) -> Statement:
        """As any of the users that the database identifies by IAM.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
        """
        users = [f"dbuser:{each}/*" for each in self.database_resource_ids]
        return Statement(
            sid="SignIn",
            actions=["rds-db:connect"],
            resources=[naming.arn("rds-db", each) for each in users],
        )


class ProcessRole(Construct):
    """A role that instances assume for a process, and nobody else."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        purpose: str,
        instance_role_arn: str,
        rights: ProcessRights,
    ) -> None:
        super().__init__(scope, id_)
        trust = Statement(
            sid="AssumeRole", actions=["sts:AssumeRole"], principals={"AWS": instance_role_arn}
        )
        role = IamRole(
            self,
            "role",
            name=naming.name(purpose),
            permissions_boundary=naming.boundary,
            assume_role_policy=policy_document(trust),
        )
        self.arn: str = role.arn
        self.policies: list[ITerraformDependable] = [
            IamRolePolicy(
                self,
                kind,
                name=naming.name(kind),
                role=role.name,
                policy=policy_document(*statements),
            )
            for kind, statements in rights.policies(naming).items()
        ]
