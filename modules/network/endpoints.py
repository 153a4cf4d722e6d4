"""Private ways from the VPC to AWS services."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from config.naming import Naming
from modules.policy import Statement, policy_document


class Endpoints(Construct):
    """A gateway endpoint for S3 and an interface endpoint for each of `interface_services`.

    `dynamodb` adds a gateway endpoint, which costs nothing either, for tables of the application's.
    Gateway endpoints let `calls` through as well, which are statements of a role; interface
    endpoints let through all that principals of the account ask.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-ddb.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        vpc_id: str,
        route_table_ids: Sequence[str],
        interface_services: Sequence[str],
        subnet_ids: Sequence[str],
        security_group_id: str,
        dynamodb: bool = False,
        calls: Sequence[Statement] = (),
    ) -> None:
        super().__init__(scope, id_)
        gateways = {"s3": _s3_statements(naming)}
        if dynamodb:
            gateways["dynamodb"] = _dynamodb_statements(naming)
        for service, statements in gateways.items():
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{naming.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=list(route_table_ids),
                policy=policy_document(*statements, *let_through(naming, service, calls)),
                tags={"Name": naming.name(service)},
            )
        for service in interface_services:
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{naming.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=list(subnet_ids),
                security_group_ids=[security_group_id],
                private_dns_enabled=True,
                policy=_account_policy(naming, service),
                tags={"Name": naming.name(service)},
            )


def _s3_statements(naming: Naming) -> list[Statement]:
    """Reach the account's own buckets and those from which AWS serves packages, no others."""
    return [
        Statement(
            sid="OwnBuckets",
            principals={"AWS": "*"},
            actions=["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"],
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": naming.account_id}},
        ),
        Statement(
            sid="AwsPackages",
            principals={"AWS": "*"},
            actions=["s3:GetObject"],
            resources=[f"arn:aws:s3:::{name}/*" for name in _package_buckets(naming.region)],
        ),
    ]


def _dynamodb_statements(naming: Naming) -> list[Statement]:
    """Reach the account's own tables, no others."""
    return [
        Statement(
            sid="OwnTables",
            principals={"AWS": "*"},
            actions=["dynamodb:*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:ResourceAccount": naming.account_id}},
        )
    ]


def let_through(naming: Naming, service: str, calls: Sequence[Statement]) -> list[Statement]:
    """What principals of the account may ask a service beside that, as a role's statements say.

    Conditions stay in the role's policy, which decides as well.
    """
    return [
        Statement(
            # Others than those of the endpoint's own statements.
            sid=f"Application{each.sid}",
            principals={"AWS": "*"},
            actions=each.actions,
            resources=each.resources,
            conditions={"StringEquals": {"aws:PrincipalAccount": naming.account_id}},
        )
        for each in calls
        if each.actions[0].startswith(f"{service}:")
    ]


def _package_buckets(region: str) -> list[str]:
    """Where Amazon Linux 2023 and Systems Manager come from.

    https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html
    https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
    """
    return [
        f"al2023-repos-{region}-de612dc2",
        f"amazon-ssm-{region}",
        f"amazon-ssm-packages-{region}",
        f"amazoncloudwatch-agent-{region}",
        f"aws-ssm-{region}",
        f"aws-ssm-distributor-file-{region}",
        f"aws-ssm-document-attachments-{region}",
        f"patch-baseline-snapshot-{region}",
        f"{region}-birdwatcher-prod",
    ]


def _account_policy(naming: Naming, service: str) -> str:
    """Let only principals of the account through, so that foreign credentials are of no use."""
    return policy_document(
        Statement(
            sid="OwnPrincipals",
            principals={"AWS": "*"},
            actions=[f"{_IAM_PREFIX.get(service, service)}:*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:PrincipalAccount": naming.account_id}},
        )
    )


# Where a service's IAM prefix is not the name of its endpoint.
_IAM_PREFIX = {"monitoring": "cloudwatch"}
