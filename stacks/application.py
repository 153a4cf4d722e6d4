"""The application tier."""

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformOutput
from constructs import Construct

from artifact import Release
from config import Settings
from config.application import LAUNCH_HOOK, Where
from modules.application.app_environment import app_environment
from modules.application.auto_scaling_group import AutoScalingGroup
from modules.application.cloudwatch_agent import CloudWatchAgent
from modules.application.forwarding import Forwarding
from modules.application.instance_role import InstanceRole
from modules.application.launch_template import LaunchTemplate
from modules.application.process_role import ProcessRights, role_prefix
from modules.application.release_alarm import ReleaseAlarm
from modules.application.releases import Releases
from modules.application.scaling_policies import ScalingPolicies
from modules.application.target_group import TargetGroup
from modules.application.user_data import Boot, user_data
from modules.network.open_port import OpenPort
from stacks.base import TierStack
from stacks.database import DatabaseStack
from stacks.network import NetworkStack
from stacks.security import SecurityStack
from stacks.storage import StorageStack
from stacks.web import WebStack


class ApplicationStack(TierStack):
    """The instances that answer requests, and what each load balancer forwards to them."""

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        release: Release,
        security: SecurityStack,
        network: NetworkStack,
        storage: StorageStack,
        database: DatabaseStack,
        web: WebStack,
    ) -> None:
        super().__init__(scope, "application", settings=settings)
        self._release = release
        self._name = self.naming.name("application")
        self._instance_tags = {**self.tags, "Name": self._name}
        self._security, self._network, self._storage = security, network, storage
        self._database, self._web = database.database, web
        self._target_groups = {each: self._target_group(each) for each in settings.load_balancers}
        self.target_group = self._target_groups[settings.application.load_balancer]
        open_port = self._open_port()
        forwarding = [self._forwarding(each) for each in settings.load_balancers]
        self.release_alarm = self._release_alarm()
        self.agent = self._agent()
        self.log_group = self.agent.application_logs
        role = self._instance_role()
        releases = Releases(
            self,
            "releases",
            bucket=storage.artifacts_bucket.name,
            sha256=release.sha256,
            file=release.file,
        )
        template = self._launch_template(role, self._boot())
        self.auto_scaling_group = self._auto_scaling_group(
            template,
            after=[
                *open_port.rules,
                *(each.rule for each in forwarding),
                *self.agent.before_instances,
                *role.policies,
                releases.resource,
            ],
        )
        self._scaling_policies()
        TerraformOutput(self, "log_group_name", value=self.log_group.name)

    def _target_group(self, where: Where) -> TargetGroup:
        application = self.settings.application
        return TargetGroup(
            self,
            _id("target-group", where),
            naming=self.naming,
            vpc_id=self._network.vpc.vpc_id,
            port=application.port,
            internal=where == "private",
            health_check=application.health_check,
            deregistration_seconds=application.deregistration_seconds,
        )

    def _open_port(self) -> OpenPort:
        groups = self._network.security_groups
        return OpenPort(
            self,
            "web-to-application",
            naming=self.naming,
            source_id=groups.web_id,
            target_id=groups.application_id,
            port=self.settings.application.port,
        )

    def _forwarding(self, where: Where) -> Forwarding:
        return Forwarding(
            self,
            _id("forwarding", where),
            naming=self.naming,
            listener_arn=self._web.load_balancers[where].https_listener_arn,
            target_group_arn=self._target_groups[where].arn,
            header_name=self._web.origin_secret.header_name,
            header_values=self._web.origin_secret.accepted,
        )

    def _release_alarm(self) -> ReleaseAlarm:
        return ReleaseAlarm(
            self,
            "release-alarm",
            naming=self.naming,
            load_balancer_arn_suffix=self._web.load_balancer.arn_suffix,
            target_group_arn_suffix=self.target_group.arn_suffix,
            error_percent=self.settings.application.instance_refresh.error_percent,
            runbooks=self.settings.monitoring.runbooks,
        )

    def _agent(self) -> CloudWatchAgent:
        return CloudWatchAgent(
            self,
            "agent",
            naming=self.naming,
            auto_scaling_group_name=self._name,
            retention_in_days=self.settings.log_retention_days,
            kms_key_arn=self._security.logs_key.arn,
        )

    def _instance_role(self) -> InstanceRole:
        return InstanceRole(
            self,
            "role",
            naming=self.naming,
            artifacts_bucket_arn=self._storage.artifacts_bucket.arn,
            access_point_arn=self._storage.access_point.arn,
            storage_key_arn=self._security.storage_key.arn,
            auto_scaling_group_name=self._name,
            reporting=self.agent.statements(),
            processes=ProcessRights.of(
                naming=self.naming,
                app=self.settings.application.app,
                database=self._database,
                data_key_arn=self._security.data_key.arn,
            ),
        )

    def _boot(self) -> Boot:
        application, app = self.settings.application, self.settings.application.app
        # A path of its own for each release, so that a file never changes under its address.
        folder = self.settings.edge.static_paths[0].removesuffix("/*")
        assets_path = f"{folder}/{self._release.sha256[:12]}"
        environment = app_environment(
            naming=self.naming,
            release=self._release.sha256,
            database=self._database,
            assets_base_url=f"https://{self.settings.domain}{assets_path}",
            trace_percent=self.settings.monitoring.trace_percent,
        )
        return Boot(
            release=self._release.sha256,
            packages=app.packages,
            artifacts_bucket=self._storage.artifacts_bucket.name,
            assets_bucket=self._storage.access_point.alias,
            assets_path=assets_path.removeprefix("/"),
            static_directory=app.static_directory,
            database=self._database.resource_id,
            region=self.settings.region,
            port=application.port,
            health_path=application.health_check.path,
            ready_seconds=app.ready_seconds,
            release_seconds=app.release_seconds,
            wait_seconds=app.wait_seconds,
            roles=role_prefix(self.naming),
            group=self._name,
            hook=self.naming.name(LAUNCH_HOOK),
            agent_parameter=self.agent.parameter_name,
            environment={**app.variables, **environment},
            secrets=app.secrets,
            processes=app.processes,
        )

    def _launch_template(self, role: InstanceRole, boot: Boot) -> LaunchTemplate:
        application = self.settings.application
        return LaunchTemplate(
            self,
            "launch-template",
            naming=self.naming,
            tags=self._instance_tags,
            architecture=application.architecture,
            image=application.image,
            instance_type=application.instance_types[0],
            instance_profile_arn=role.instance_profile_arn,
            security_group_id=self._network.security_groups.application_id,
            root_volume_gib=application.root_volume_gib,
            kms_key_arn=self._security.data_key.arn,
            user_data=user_data(agent_content_hash=self.agent.content_hash, boot=boot),
            version_description=f"release {boot.release[:12]}",
        )

    def _auto_scaling_group(
        self, template: LaunchTemplate, *, after: Sequence[ITerraformDependable]
    ) -> AutoScalingGroup:
        application = self.settings.application
        return AutoScalingGroup(
            self,
            "auto-scaling-group",
            name=self._name,
            tags=self._instance_tags,
            subnet_ids=self._network.vpc.app.ids,
            launch_template=template,
            target_group_arns=[each.arn for each in self._target_groups.values()],
            instance_types=application.instance_types,
            purchase=application.purchase,
            capacity=application.capacity,
            scheduled=bool(application.schedules),
            launch_hook=self.naming.name(LAUNCH_HOOK),
            launch_seconds=application.app.launch_seconds,
            health_check_grace_period=application.health_check.grace_seconds,
            default_instance_warmup=application.scaling.warmup_seconds,
            refresh=application.instance_refresh,
            alarm_name=self.release_alarm.name,
            deletion_protection=self.settings.deletion_protection,
            after=after,
        )

    def _scaling_policies(self) -> None:
        application = self.settings.application
        ScalingPolicies(
            self,
            "scaling",
            naming=self.naming,
            auto_scaling_group_name=self.auto_scaling_group.name,
            load_balancer_arn_suffix=self._web.load_balancer.arn_suffix,
            target_group_arn_suffix=self.target_group.arn_suffix,
            scaling=application.scaling,
            schedules=application.schedules,
        )


def _id(id_: str, where: Where) -> str:
    return f"private-{id_}" if where == "private" else id_
