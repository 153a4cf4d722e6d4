"""What the instances of an Auto Scaling group tell."""

from dataclasses import dataclass

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.metric import FIVE_MINUTES, MINUTE, Expression, Metric


@dataclass(frozen=True, kw_only=True)
class InstanceMetrics:
    """Metrics of an Auto Scaling group; those of the CloudWatch agent are in `agent_namespace`.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
    """

    group: str
    agent_namespace: str

    @property
    def cpu(self) -> Metric:
        """Percent, on average over the group, which target tracking keeps down."""
        return self._metric("AWS/EC2", "CPUUtilization", "Average")

    @property
    def memory(self) -> Metric:
        """Percent, of the instance that uses most."""
        return self._metric(self.agent_namespace, "mem_used_percent", "Maximum")

    @property
    def disk(self) -> Metric:
        """Percent, of the volume that is fullest."""
        return self._metric(self.agent_namespace, "disk_used_percent", "Maximum")

    @property
    def reports(self) -> Metric:
        """How often the group has told how many instances serve, whatever the number."""
        return self._metric("AWS/AutoScaling", "GroupInServiceInstances", "SampleCount")

    @property
    def in_service(self) -> Metric:
        """Instances that serve."""
        return self._metric("AWS/AutoScaling", "GroupInServiceInstances", "Minimum")

    @property
    def missing(self) -> Expression:
        """How many instances short of the group's minimum, which schedules may change."""
        minimum = self._metric("AWS/AutoScaling", "GroupMinSize", "Minimum")
        return Expression(
            formula="minimum - in_service",
            metrics={"minimum": minimum, "in_service": self.in_service},
        )

    @property
    def without_agent(self) -> Expression:
        """How many of the instances that serve send no metrics of their own, once a minute each."""
        told = self._metric(self.agent_namespace, "mem_used_percent", "SampleCount")
        return Expression(
            formula=f"in_service - FILL(told, 0) / {FIVE_MINUTES // MINUTE}",
            metrics={"in_service": self.in_service, "told": told},
        )

    @property
    def room(self) -> Expression:
        """How many instances more the group may have; one that has a fixed size always has one."""
        minimum = self._metric("AWS/AutoScaling", "GroupMinSize", "Minimum")
        maximum = self._metric("AWS/AutoScaling", "GroupMaxSize", "Minimum")
        return Expression(
            formula="IF(maximum > minimum, maximum - in_service, 1)",
            metrics={"minimum": minimum, "maximum": maximum, "in_service": self.in_service},
        )

    def _metric(self, namespace: str, name: str, statistic: str) -> Metric:
        return Metric(
            namespace=namespace,
            name=name,
            statistic=statistic,
            dimensions={"AutoScalingGroupName": self.group},
            period=FIVE_MINUTES,
        )


def instance_alarms(metrics: InstanceMetrics, thresholds: Thresholds) -> list[Alarm]:
    """Alarms on capacity and load."""
    return [
        _missing(metrics),
        _silence(metrics),
        _without_agent(metrics),
        _full(metrics),
        _usage(
            "cpu",
            "The instances are busy, in spite of scaling.",
            metrics.cpu,
            thresholds.instance_cpu_percent,
        ),
        _usage(
            "memory", "An instance runs out of memory.", metrics.memory, thresholds.memory_percent
        ),
        _usage("disk", "A volume of an instance runs full.", metrics.disk, thresholds.disk_percent),
    ]


def _missing(metrics: InstanceMetrics) -> Alarm:
    """Counts what the group tells, for longer than Terraform waits for the first instances."""
    return Alarm(
        purpose="instances-missing",
        description="Fewer instances are in service than the group's minimum.",
        metric=metrics.missing,
        threshold=0,
        evaluation_periods=4,
        datapoints_to_alarm=4,
        treat_missing_data="ignore",
    )


def _full(metrics: InstanceMetrics) -> Alarm:
    """Not at once: where a schedule lowers the maximum, the group is at it before it shrinks."""
    return Alarm(
        purpose="instances-at-maximum",
        description="The group cannot grow any further.",
        metric=metrics.room,
        comparison_operator="LessThanThreshold",
        threshold=1,
        evaluation_periods=6,
        datapoints_to_alarm=6,
        treat_missing_data="notBreaching",
    )


def _silence(metrics: InstanceMetrics) -> Alarm:
    return Alarm(
        purpose="instances-silent",
        description="The group of instances has stopped reporting: is it still there?",
        metric=metrics.reports,
        comparison_operator="LessThanThreshold",
        threshold=1,
        evaluation_periods=3,
        treat_missing_data="missing",
    )


def _without_agent(metrics: InstanceMetrics) -> Alarm:
    """Without an agent neither logs nor metrics nor traces of an instance come."""
    return Alarm(
        purpose="agents-silent",
        description="An instance serves, and its CloudWatch agent tells nothing.",
        metric=metrics.without_agent,
        # A minute that one of many leaves out is no instance.
        threshold=0.9,
        evaluation_periods=3,
        treat_missing_data="notBreaching",
    )


def _usage(what: str, description: str, metric: Metric, percent: int) -> Alarm:
    """An alarm for which silence is good: a group that is scaled to nothing uses nothing."""
    return Alarm(
        purpose=f"instance-{what}",
        description=description,
        metric=metric,
        threshold=percent,
        evaluation_periods=3,
        treat_missing_data="notBreaching",
    )
