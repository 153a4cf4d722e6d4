"""The monitoring tier."""

from collections.abc import Sequence

from constructs import Construct

from config import Settings
from modules.application.auto_scaling_group import AutoScalingGroup
from modules.application.cloudwatch_agent import CloudWatchAgent
from modules.application.load_balancer import LoadBalancer
from modules.database.mysql import MysqlDatabase
from modules.dns.certificate import Certificate
from modules.edge.distribution import Distribution
from modules.edge.health_check import HealthCheck
from modules.edge.web_acl import WebAcl
from modules.encryption.key import EncryptionKey
from modules.monitoring.alarm import Alarm, Alarms
from modules.monitoring.alarm_topic import AlarmTopic
from modules.monitoring.application_errors import ApplicationErrors
from modules.monitoring.certificate import expiry_alarm
from modules.monitoring.dashboard import Dashboard
from modules.monitoring.database import (
    DATABASE_SILENT,
    DatabaseLimits,
    DatabaseMetrics,
    database_alarms,
    instances_of,
)
from modules.monitoring.edge import EdgeMetrics, edge_alarms
from modules.monitoring.instances import InstanceMetrics, instance_alarms
from modules.monitoring.load_balancer import (
    NO_HEALTHY_HOST,
    OUTAGE,
    LoadBalancerMetrics,
    load_balancer_alarms,
)
from modules.monitoring.metric import Metric
from modules.monitoring.overview import ServiceMetrics, overview
from modules.monitoring.saved_queries import SavedQueries
from modules.monitoring.service_down import ServiceDown
from modules.monitoring.tracing import Tracing
from stacks.base import GLOBAL_REGION, TierStack


class MonitoringStack(TierStack):
    """Alarms for every tier, whom they tell, a dashboard, and what is traced.

    `alarms` are those that tiers bring themselves.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        logs_key: EncryptionKey,
        global_logs_key: EncryptionKey,
        regional_certificate: Certificate,
        global_certificate: Certificate,
        database: MysqlDatabase,
        load_balancer: LoadBalancer,
        auto_scaling_group: AutoScalingGroup,
        agent: CloudWatchAgent,
        distribution: Distribution,
        web_acl: WebAcl,
        health_check: HealthCheck,
        alarms: Sequence[Alarm] = (),
    ) -> None:
        super().__init__(scope, "monitoring", settings=settings)
        self._thresholds = settings.monitoring.thresholds
        self._regional(logs_key)
        self._global(global_logs_key)
        metrics = ServiceMetrics(
            edge=self._edge(distribution, web_acl, health_check),
            edge_region=GLOBAL_REGION,
            load_balancer=self._load_balancer(load_balancer),
            instances=self._instances(auto_scaling_group, agent),
            application_errors=self._application_errors(agent),
            databases=self._databases(database),
        )
        self._certificates(regional_certificate, global_certificate)
        self._alarms.add(*alarms)
        self._overview(metrics)
        self._tracing()
        SavedQueries(
            self,
            "queries",
            naming=self.naming,
            application_log_group=agent.application_logs.name,
            slow_query_log_group=f"/aws/rds/instance/{database.identifier}/slowquery",
        )

    def _regional(self, key: EncryptionKey) -> None:
        """Where alarms of the region go."""
        self.topic = AlarmTopic(
            self,
            "topic",
            naming=self.naming,
            purpose="alarms",
            region=self.settings.region,
            kms_key_arn=key.arn,
            emails=self.settings.monitoring.alarm_emails,
        )
        self._alarms = Alarms(self, "alarms", naming=self.naming, topic_arn=self.topic.arn)

    def _global(self, key: EncryptionKey) -> None:
        """Where alarms on metrics of us-east-1 go, which cannot leave it."""
        provider = self.global_provider()
        self.global_topic = AlarmTopic(
            self,
            "global-topic",
            naming=self.naming,
            purpose="global-alarms",
            region=GLOBAL_REGION,
            kms_key_arn=key.arn,
            emails=self.settings.monitoring.alarm_emails,
            provider=provider,
        )
        self._global_alarms = Alarms(
            self,
            "global-alarms",
            naming=self.naming,
            topic_arn=self.global_topic.arn,
            provider=provider,
        )

    def _edge(
        self, distribution: Distribution, web_acl: WebAcl, health_check: HealthCheck
    ) -> EdgeMetrics:
        metrics = EdgeMetrics(
            distribution_id=distribution.id,
            web_acl_metric=web_acl.metric_name,
            health_check_id=health_check.id,
        )
        alarms = edge_alarms(
            metrics,
            error_rate_percent=self._thresholds.error_rate_percent,
            blocked_requests=self._thresholds.blocked_requests,
        )
        self._global_alarms.add(*alarms)
        return metrics

    def _load_balancer(self, load_balancer: LoadBalancer) -> LoadBalancerMetrics:
        metrics = LoadBalancerMetrics(
            load_balancer=load_balancer.arn_suffix,
            target_group=load_balancer.target_group_arn_suffix,
        )
        latency = {
            "p50": self._thresholds.latency_p50_seconds,
            "p95": self._thresholds.latency_p95_seconds,
            "p99": self._thresholds.latency_p99_seconds,
        }
        alarms = load_balancer_alarms(
            metrics,
            latency_seconds=latency,
            error_rate_percent=self._thresholds.error_rate_percent,
            outage_percent=self._thresholds.outage_percent,
        )
        self._alarms.add(*alarms)
        return metrics

    def _instances(self, group: AutoScalingGroup, agent: CloudWatchAgent) -> InstanceMetrics:
        metrics = InstanceMetrics(group=group.name, agent_namespace=agent.namespace)
        alarms = instance_alarms(
            metrics,
            cpu_percent=self._thresholds.instance_cpu_percent,
            memory_percent=self._thresholds.memory_percent,
            disk_percent=self._thresholds.disk_percent,
        )
        self._alarms.add(*alarms)
        return metrics

    def _application_errors(self, agent: CloudWatchAgent) -> Metric:
        errors = ApplicationErrors(
            self, "errors", naming=self.naming, log_group_name=agent.application_logs.name
        )
        self._alarms.add(errors.alarm(threshold=self._thresholds.application_errors))
        return errors.metric

    def _databases(self, database: MysqlDatabase) -> list[DatabaseMetrics]:
        identifiers = [database.identifier, *database.replica_identifiers]
        instances = instances_of(identifiers)
        limits = DatabaseLimits(
            cpu_percent=self._thresholds.database_cpu_percent,
            connections=self._thresholds.database_connections,
            free_storage_gib=self._thresholds.database_free_storage_gib,
            free_memory_mib=self._thresholds.database_free_memory_mib,
            replica_lag_seconds=self._thresholds.replica_lag_seconds,
        )
        self._alarms.add(*database_alarms(instances, limits=limits))
        return instances

    def _certificates(self, regional: Certificate, in_us_east_1: Certificate) -> None:
        self._alarms.add(expiry_alarm(regional.arn, purpose="certificate-expiry"))
        self._global_alarms.add(expiry_alarm(in_us_east_1.arn, purpose="global-certificate-expiry"))

    def _overview(self, metrics: ServiceMetrics) -> None:
        """One alarm and one page for the whole service.

        Only alarms of the region can take part in the one, so those of the edge stand beside it.
        """
        causes = (NO_HEALTHY_HOST, OUTAGE, DATABASE_SILENT)
        down = ServiceDown(
            self,
            "service-down",
            naming=self.naming,
            topic_arn=self.topic.arn,
            alarm_arns=[self._alarms.arns[cause] for cause in causes],
        )
        alarms = {**self._global_alarms.arns, **self._alarms.arns}
        Dashboard(
            self,
            "dashboard",
            naming=self.naming,
            purpose="overview",
            rows=overview(metrics, alarm_arns=[down.arn, *alarms.values()]),
        )

    def _tracing(self) -> None:
        Tracing(
            self,
            "tracing",
            naming=self.naming,
            service_name=self.naming.name("application"),
            percent=self.settings.monitoring.trace_percent,
            slow_seconds=self._thresholds.latency_p99_seconds,
        )
