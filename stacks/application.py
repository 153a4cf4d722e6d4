"""The application tier."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformOutput
from constructs import Construct

from artifact import Release
from config import Settings
from modules.application.app_environment import app_environment
from modules.application.auto_scaling_group import AutoScalingGroup, Capacity, Pace
from modules.application.cloudwatch_agent import CloudWatchAgent
from modules.application.instance_role import InstanceRole
from modules.application.launch_template import LaunchTemplate
from modules.application.load_balancer import LoadBalancer
from modules.application.mixed_instances import Purchase
from modules.application.origin_secret import OriginSecret
from modules.application.releases import Releases
from modules.application.scaling_policies import ScalingPolicies, ScheduledCapacity
from modules.application.target_group import HealthCheck, TargetGroup
from modules.application.user_data import Boot, user_data
from modules.database.mysql import MysqlDatabase
from modules.dns.certificate import Certificate
from modules.encryption.key import EncryptionKey
from modules.network.security_groups import TierSecurityGroups
from modules.network.vpc import Vpc
from modules.storage.access_point import AccessPoint
from modules.storage.bucket import Bucket
from stacks.base import TierStack


class ApplicationStack(TierStack):
    """A load balancer that only CloudFront reaches, and the instances that it sends requests to."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        data_key: EncryptionKey,
        storage_key: EncryptionKey,
        logs_key: EncryptionKey,
        vpc: Vpc,
        security_groups: TierSecurityGroups,
        certificate: Certificate,
        log_bucket: Bucket,
        artifacts_bucket: Bucket,
        access_point: AccessPoint,
        database: MysqlDatabase,
        release: Release,
    ) -> None:
        super().__init__(scope, "application", settings=settings)
        self._release = release
        self._name = self.naming.name("application")
        self._instance_tags = {**self.tags, "Name": self._name}
        self._data_key = data_key
        self.origin_secret = self._origin_secret()
        self.load_balancer = self._load_balancer(vpc, security_groups, certificate, log_bucket)
        self.agent = self._agent(logs_key)
        self.log_group = self.agent.application_logs
        role = self._instance_role(artifacts_bucket, access_point, storage_key, database)
        releases = Releases(
            self,
            "releases",
            bucket=artifacts_bucket.name,
            sha256=release.sha256,
            file=release.file,
        )
        boot = self._boot(artifacts_bucket, access_point, database)
        template = self._launch_template(role, security_groups, boot)
        self.auto_scaling_group = self._auto_scaling_group(
            vpc, template, after=[*role.policies, releases.resource]
        )
        self._scaling_policies()
        TerraformOutput(self, "load_balancer_dns_name", value=self.load_balancer.dns_name)
        TerraformOutput(self, "log_group_name", value=self.log_group.name)

    def _origin_secret(self) -> OriginSecret:
        return OriginSecret(
            self,
            "origin-secret",
            naming=self.naming,
            kms_key_arn=self._data_key.arn,
            version=self.settings.application.origin_secret_version,
            recoverable=self.settings.deletion_protection,
        )

    def _agent(self, key: EncryptionKey) -> CloudWatchAgent:
        return CloudWatchAgent(
            self,
            "agent",
            naming=self.naming,
            auto_scaling_group_name=self._name,
            retention_in_days=self.settings.log_retention_days,
            kms_key_arn=key.arn,
        )

    def _load_balancer(
        self,
        vpc: Vpc,
        security_groups: TierSecurityGroups,
        certificate: Certificate,
        log_bucket: Bucket,
    ) -> LoadBalancer:
        application = self.settings.application
        health = application.health_check
        target_group = TargetGroup(
            self,
            "target-group",
            naming=self.naming,
            vpc_id=vpc.vpc_id,
            port=application.port,
            health_check=HealthCheck(
                path=health.path,
                interval_seconds=health.interval_seconds,
                timeout_seconds=health.timeout_seconds,
                healthy_threshold=health.healthy_threshold,
                unhealthy_threshold=health.unhealthy_threshold,
            ),
            deregistration_seconds=application.deregistration_seconds,
        )
        return LoadBalancer(
            self,
            "load-balancer",
            naming=self.naming,
            subnet_ids=vpc.public.ids,
            security_group_ids=security_groups.load_balancer_ids,
            certificate_arn=certificate.arn,
            access_log_bucket=log_bucket.name,
            origin_secret=self.origin_secret,
            target_group=target_group,
            idle_timeout_seconds=application.idle_timeout_seconds,
            deletion_protection=self.settings.deletion_protection,
        )

    def _instance_role(
        self,
        artifacts_bucket: Bucket,
        access_point: AccessPoint,
        storage_key: EncryptionKey,
        database: MysqlDatabase,
    ) -> InstanceRole:
        return InstanceRole(
            self,
            "role",
            naming=self.naming,
            artifacts_bucket_arn=artifacts_bucket.arn,
            access_point_arn=access_point.arn,
            storage_key_arn=storage_key.arn,
            database_secret_arn=database.secret_arn,
            secret_arns=sorted(set(self.settings.application.app.secrets.values())),
            data_key_arn=self._data_key.arn,
            reporting=self.agent.statements(),
        )

    def _boot(
        self, artifacts_bucket: Bucket, access_point: AccessPoint, database: MysqlDatabase
    ) -> Boot:
        application, app = self.settings.application, self.settings.application.app
        # A path of its own for each release, so that a file never changes under its address.
        folder = self.settings.edge.static_paths[0].removesuffix("/*")
        assets_path = f"{folder}/{self._release.sha256[:12]}"
        environment = app_environment(
            naming=self.naming,
            release=self._release.sha256,
            database=database,
            assets_base_url=f"https://{self.settings.domain}{assets_path}",
            trace_percent=self.settings.monitoring.trace_percent,
        )
        return Boot(
            release=self._release.sha256,
            packages=app.packages,
            artifacts_bucket=artifacts_bucket.name,
            assets_bucket=access_point.alias,
            assets_path=assets_path.removeprefix("/"),
            static_directory=app.static_directory,
            database=database.secret_arn,
            region=self.settings.region,
            port=application.port,
            release_seconds=app.release_seconds,
            environment={**app.variables, **environment},
            secrets=app.secrets,
        )

    def _launch_template(
        self, role: InstanceRole, security_groups: TierSecurityGroups, boot: Boot
    ) -> LaunchTemplate:
        application = self.settings.application
        return LaunchTemplate(
            self,
            "launch-template",
            naming=self.naming,
            tags=self._instance_tags,
            architecture=application.architecture,
            instance_type=application.instance_types[0],
            instance_profile_arn=role.instance_profile_arn,
            security_group_id=security_groups.application_id,
            root_volume_gib=application.root_volume_gib,
            kms_key_arn=self._data_key.arn,
            user_data=user_data(
                agent_parameter_name=self.agent.parameter_name,
                agent_content_hash=self.agent.content_hash,
                boot=boot,
            ),
            version_description=f"release {boot.release[:12]}",
        )

    def _auto_scaling_group(
        self, vpc: Vpc, template: LaunchTemplate, *, after: Sequence[ITerraformDependable]
    ) -> AutoScalingGroup:
        application = self.settings.application
        return AutoScalingGroup(
            self,
            "auto-scaling-group",
            name=self._name,
            tags=self._instance_tags,
            subnet_ids=vpc.app.ids,
            launch_template=template,
            target_group_arn=self.load_balancer.target_group_arn,
            capacity=Capacity(
                min_size=application.capacity.min_size,
                max_size=application.capacity.max_size,
                scheduled=bool(application.schedules),
            ),
            purchase=Purchase(
                instance_types=application.instance_types,
                on_demand_base=application.purchase.on_demand_base,
                on_demand_percent=application.purchase.on_demand_percent,
            ),
            pace=Pace(
                grace_seconds=application.health_check.grace_seconds,
                warmup_seconds=application.scaling.warmup_seconds,
            ),
            deletion_protection=self.settings.deletion_protection,
            after=[self.load_balancer.forwarding, *self.agent.before_instances, *after],
        )

    def _scaling_policies(self) -> None:
        application = self.settings.application
        ScalingPolicies(
            self,
            "scaling",
            naming=self.naming,
            auto_scaling_group_name=self.auto_scaling_group.name,
            load_balancer_arn_suffix=self.load_balancer.arn_suffix,
            target_group_arn_suffix=self.load_balancer.target_group_arn_suffix,
            cpu_percent=application.scaling.cpu_percent,
            requests_per_instance=application.scaling.requests_per_instance,
            schedules=[
                ScheduledCapacity(**schedule.model_dump()) for schedule in application.schedules
            ],
        )
