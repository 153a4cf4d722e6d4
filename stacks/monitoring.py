"""The monitoring tier."""

from collections.abc import Sequence

from cdktf import TerraformProvider
from constructs import Construct

from config import Settings
from modules.database.mysql import MysqlDatabase
from modules.dns.certificate import Certificate
from modules.edge.health_check import HealthCheck
from modules.encryption.key import EncryptionKey
from modules.log_group import LogGroup
from modules.monitoring.alarm import Alarm, Alarms
from modules.monitoring.alarm_topic import AlarmTopic
from modules.monitoring.application_errors import ApplicationErrors
from modules.monitoring.certificate import expiry_alarm
from modules.monitoring.dashboard import Dashboard
from modules.monitoring.database import DATABASE_SILENT, DatabaseMetrics, database_alarms
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
from modules.monitoring.runbooks import Runbooks
from modules.monitoring.saved_queries import SavedQueries
from modules.monitoring.service_down import SERVICE_DOWN, ServiceDown
from modules.monitoring.slo import burn_alarms
from modules.monitoring.tracing import Tracing
from stacks.application import ApplicationStack
from stacks.audit import AuditStack
from stacks.base import GLOBAL_REGION, TierStack
from stacks.database import DatabaseStack
from stacks.edge import EdgeStack
from stacks.security import SecurityStack
from stacks.web import WebStack


class MonitoringStack(TierStack):
    """Alarms for every tier, whom they tell, a dashboard, and what is traced.

    `alarms` are those that tiers bring themselves.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        security: SecurityStack,
        web: WebStack,
        database: DatabaseStack,
        application: ApplicationStack,
        edge: EdgeStack,
        audit: AuditStack,
        alarms: Sequence[Alarm] = (),
    ) -> None:
        super().__init__(scope, "monitoring", settings=settings)
        self._thresholds = settings.monitoring.thresholds
        self._runbooks = Runbooks(settings.monitoring.runbooks)
        self._groups: list[Alarms] = [application.release_alarm.alarms]
        self._regional(security.alarms_key)
        self._global(security.global_logs_key)
        metrics = ServiceMetrics(
            edge=self._edge(edge),
            edge_region=GLOBAL_REGION,
            load_balancer=self._load_balancer(web, application),
            instances=self._instances(application),
            application_errors=self._application_errors(application.log_group),
            databases=self._databases(database.database),
        )
        self._certificates(web.certificate, edge.certificate)
        self._alarms.add(*alarms)
        self._deliveries(audit)
        self._overview(metrics)
        self._tracing()
        self._queries(application, database.database, edge)

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
        self._alarms = self._telling("alarms", self.topic)

    def _global(self, key: EncryptionKey) -> None:
        """Where alarms on metrics of us-east-1 go, which cannot leave it."""
        self._global_provider = provider = self.global_provider()
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
        self._global_alarms = self._telling("global-alarms", self.global_topic, provider)

    def _telling(
        self, id_: str, topic: AlarmTopic, provider: TerraformProvider | None = None
    ) -> Alarms:
        """Alarms that tell a topic, and are on the dashboard."""
        alarms = Alarms(
            self,
            id_,
            naming=self.naming,
            topic_arn=topic.arn,
            runbooks=self._runbooks,
            provider=provider,
        )
        self._groups.append(alarms)
        return alarms

    def _edge(self, edge: EdgeStack) -> EdgeMetrics:
        """With a check from outside, which comes this late as it would count errors before."""
        check = HealthCheck(
            self,
            "health-check",
            naming=self.naming,
            domain_name=self.settings.domain,
            path=self.settings.application.health_check.path,
        )
        metrics = EdgeMetrics(
            distribution_id=edge.distribution.id,
            web_acl_metric=edge.web_acl.metric_name,
            health_check_id=check.id,
        )
        self._global_alarms.add(*edge_alarms(metrics, self._thresholds))
        return metrics

    def _load_balancer(self, web: WebStack, application: ApplicationStack) -> LoadBalancerMetrics:
        metrics = LoadBalancerMetrics(
            load_balancer=web.load_balancer.arn_suffix,
            target_group=application.target_group.arn_suffix,
        )
        self._alarms.add(*load_balancer_alarms(metrics, self._thresholds))
        self._alarms.add(*burn_alarms(metrics, self.settings.monitoring.slo))
        return metrics

    def _instances(self, application: ApplicationStack) -> InstanceMetrics:
        metrics = InstanceMetrics(
            group=application.auto_scaling_group.name,
            agent_namespace=application.agent.namespace,
        )
        self._alarms.add(*instance_alarms(metrics, self._thresholds))
        return metrics

    def _application_errors(self, log_group: LogGroup) -> Metric:
        others = bool(self.settings.application.app.processes)
        errors = ApplicationErrors(
            self, "errors", naming=self.naming, log_group_name=log_group.name, processes=others
        )
        self._alarms.add(*errors.alarms(threshold=self._thresholds.application_errors))
        return errors.metric

    def _databases(self, database: MysqlDatabase) -> list[DatabaseMetrics]:
        free = self.settings.free_storage_alarm_gib
        alarms = database_alarms(database.metrics, self._thresholds, free_storage_gib=free)
        self._alarms.add(*alarms)
        return database.metrics

    def _certificates(self, web: Certificate, edge: Certificate) -> None:
        self._alarms.add(expiry_alarm(web.arn, purpose="web-certificate-expiry"))
        self._global_alarms.add(expiry_alarm(edge.arn, purpose="edge-certificate-expiry"))

    def _deliveries(self, audit: AuditStack) -> None:
        """Of what a topic fails to deliver, the other one of its region tells.

        An alarm reaches no topic of another region, and one that fails cannot tell of itself.
        """
        self._alarms.add(audit.topic.undelivered_alarm())
        self._global_alarms.add(audit.global_topic.undelivered_alarm())
        self._telling("audit-alarms", audit.topic).add(self.topic.undelivered_alarm())
        self._telling("global-audit-alarms", audit.global_topic, self._global_provider).add(
            self.global_topic.undelivered_alarm()
        )

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
            runbooks=self._runbooks,
        )
        arns = [arn for group in self._groups for arn in group.arns.values()]
        pages = {SERVICE_DOWN, *(page for group in self._groups for page in group.runbooks)}
        Dashboard(
            self,
            "dashboard",
            naming=self.naming,
            purpose="overview",
            rows=overview(
                metrics,
                alarm_arns=[down.arn, *arns],
                runbooks=self._runbooks.listed(pages),
            ),
        )

    def _queries(
        self, application: ApplicationStack, database: MysqlDatabase, edge: EdgeStack
    ) -> None:
        """Queries are where their log groups are."""
        exported = f"/aws/rds/instance/{database.identifier}"
        SavedQueries(
            self,
            "queries",
            naming=self.naming,
            log_groups={
                "application-errors": application.log_group.name,
                "instance-boot": application.agent.system_logs.name,
                "slow-queries": f"{exported}/slowquery",
                "database-errors": f"{exported}/error",
            },
        )
        SavedQueries(
            self,
            "global-queries",
            naming=self.naming,
            log_groups={"blocked-requests": edge.web_acl_logs.log_group.name},
            provider=self._global_provider,
        )

    def _tracing(self) -> None:
        Tracing(
            self,
            "tracing",
            naming=self.naming,
            service_name=self.naming.name("application"),
            slow_seconds=self._thresholds.latency_p99_seconds,
        )
