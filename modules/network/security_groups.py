"""Who may talk to whom: from CloudFront to the web to the application to the database."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.naming import Naming
from modules.network.open_port import OpenPort

HTTP, HTTPS, MYSQL = 80, 443, 3306


class TierSecurityGroups(Construct):
    """Security groups whose rules name other groups, never addresses inside the VPC.

    What opens the application's port is not among them: it stands beside its target group.

    The prefix list of CloudFront weighs 55 of the 60 rules that a group may have, so each of the
    load balancer's two ports has a group of its own.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        vpc_id: str,
        internet_access: bool = True,
        ipv6: bool = False,
        dynamodb: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._vpc_id = vpc_id
        https = self._group("web", "HTTPS from CloudFront to the load balancer")
        http = self._group("web-http", "HTTP from CloudFront, answered by a redirect")
        application = self._group("application", "Instances that run the application")
        database = self._group("database", "The database")
        endpoints = self._group("endpoints", "Interface endpoints of AWS services")
        self._from_cloudfront({HTTPS: https, HTTP: http})
        for target, port in ((database, MYSQL), (endpoints, HTTPS)):
            OpenPort(
                self,
                f"application-to-{target.node.id}",
                naming=naming,
                source_id=application.id,
                target_id=target.id,
                port=port,
            )
        self._gateway_endpoints(application, ("s3", "dynamodb") if dynamodb else ("s3",))
        self._internet(application, ipv4=internet_access, ipv6=ipv6)
        self.web_id: str = https.id
        self.load_balancer_ids: list[str] = [https.id, http.id]
        self.application_id: str = application.id
        self.database_id: str = database.id
        self.endpoints_id: str = endpoints.id

    def _group(self, purpose: str, description: str) -> SecurityGroup:
        return SecurityGroup(
            self,
            purpose,
            name=self._naming.name(purpose),
            description=description,
            vpc_id=self._vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": self._naming.name(purpose)},
        )

    def _from_cloudfront(self, groups: dict[int, SecurityGroup]) -> None:
        cloudfront = DataAwsEc2ManagedPrefixList(
            self, "cloudfront", name="com.amazonaws.global.cloudfront.origin-facing"
        )
        for port, group in groups.items():
            VpcSecurityGroupIngressRule(
                self,
                f"cloudfront-{port}",
                security_group_id=group.id,
                description=f"CloudFront on port {port}",
                prefix_list_id=cloudfront.id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags={"Name": self._naming.name(f"cloudfront-{port}")},
            )

    def _gateway_endpoints(self, application: SecurityGroup, services: Sequence[str]) -> None:
        """Let instances reach services whose gateway endpoints have no group of their own."""
        for service in services:
            addresses = DataAwsEc2ManagedPrefixList(
                self, service, name=f"com.amazonaws.{self._naming.region}.{service}"
            )
            self._out(
                application,
                f"application-to-{service}",
                f"{_NAMES[service]} through its gateway endpoint",
                prefix_list_id=addresses.id,
            )

    def _internet(self, application: SecurityGroup, *, ipv4: bool, ipv6: bool) -> None:
        """Let instances reach HTTPS servers where there is a way to them."""
        if ipv4:
            words = "HTTPS servers through NAT"
            self._out(application, "application-to-internet", words, cidr_ipv4="0.0.0.0/0")
        if ipv6:
            words = "HTTPS servers through the egress-only gateway"
            self._out(application, "application-to-internet-ipv6", words, cidr_ipv6="::/0")

    def _out(
        self,
        group: SecurityGroup,
        id_: str,
        description: str,
        *,
        prefix_list_id: str | None = None,
        cidr_ipv4: str | None = None,
        cidr_ipv6: str | None = None,
    ) -> None:
        VpcSecurityGroupEgressRule(
            self,
            id_,
            security_group_id=group.id,
            prefix_list_id=prefix_list_id,
            cidr_ipv4=cidr_ipv4,
            cidr_ipv6=cidr_ipv6,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description=description,
            tags={"Name": self._naming.name(id_)},
        )


_NAMES = {"s3": "S3", "dynamodb": "DynamoDB"}
