"""Who may talk to whom: from CloudFront to the web to the application to the database."""

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
        self._aws_services(application, internet_access=internet_access)
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

    def _aws_services(self, application: SecurityGroup, *, internet_access: bool) -> None:
        """Let instances reach S3 through its gateway and, where there is NAT, HTTPS servers."""
        s3 = DataAwsEc2ManagedPrefixList(self, "s3", name=f"com.amazonaws.{self._naming.region}.s3")
        VpcSecurityGroupEgressRule(
            self,
            "application-to-s3",
            security_group_id=application.id,
            prefix_list_id=s3.id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description="S3 through its gateway endpoint",
            tags={"Name": self._naming.name("application-to-s3")},
        )
        if internet_access:
            VpcSecurityGroupEgressRule(
                self,
                "application-to-internet",
                security_group_id=application.id,
                cidr_ipv4="0.0.0.0/0",
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                description="HTTPS servers through NAT",
                tags={"Name": self._naming.name("application-to-internet")},
            )
