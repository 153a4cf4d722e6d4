"""A launch template and its group as the application tier makes them, with boto3."""

from typing import Any

from automation.aws.clients import Clients
from automation.emulator import Emulator
from automation.rehearse.account import session
from automation.release import Refreshes, Releases
from config import Settings

IMAGE = "ami-12c6146b"


class Application:
    """A launch template and its group, as the application tier makes them."""

    def __init__(self, emulator: Emulator, settings: Settings) -> None:
        self._ec2 = emulator.client("ec2")
        self._autoscaling = emulator.client("autoscaling")
        self._s3 = emulator.client("s3")
        self.settings = settings
        self._name = settings.naming.name("application")
        self.session = session(emulator)
        self.clients = Clients(self.session, settings.region)
        self.releases = Releases(self.clients, settings)
        self.refreshes = Refreshes(self.clients, self._name)

    def deploy(self, release: str, *, version: int = 1, image: str = IMAGE, size: int = 1) -> None:
        data = {"InstanceType": "t4g.small", "ImageId": image}
        template = {
            "LaunchTemplateName": self._name,
            "LaunchTemplateData": data,
            "VersionDescription": f"release {release[:12]}",
        }
        named = {"LaunchTemplateName": self._name, "Version": str(version)}
        if version == 1:
            self._ec2.create_launch_template(**template)
            self._autoscaling.create_auto_scaling_group(
                AutoScalingGroupName=self._name,
                MinSize=size,
                MaxSize=size,
                AvailabilityZones=["us-west-2a"],
                LaunchTemplate=named,
            )
        else:
            self._ec2.create_launch_template_version(**template)
            self._autoscaling.update_auto_scaling_group(
                AutoScalingGroupName=self._name, LaunchTemplate=named
            )

    def buy_several_types(self) -> None:
        specification = {"LaunchTemplateName": self._name, "Version": "2"}
        self._autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=self._name,
            MixedInstancesPolicy={
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": specification,
                    "Overrides": [{"InstanceType": "t4g.small"}, {"InstanceType": "t4g.medium"}],
                },
                "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 50},
            },
        )

    def fail_refresh(self) -> None:
        """To the version that the group names: an alarm goes off as it bakes."""
        alarm = self.add_alarm("late")
        self._autoscaling.start_instance_refresh(
            AutoScalingGroupName=self._name,
            Preferences={
                "AutoRollback": True,
                "BakeTime": 60,
                "AlarmSpecification": {"Alarms": [alarm]},
            },
        )
        self.ring("late", "ALARM")

    def begin_refresh(self, preferences: dict[str, Any]) -> None:
        """To the version that the group names, as the provider does."""
        template = self.group()["LaunchTemplate"]
        desired = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": template["Version"]}
        self._autoscaling.start_instance_refresh(
            AutoScalingGroupName=self._name,
            DesiredConfiguration={"LaunchTemplate": desired},
            Preferences=preferences,
        )

    def versions(self) -> list[str]:
        """The template's versions that instances were launched from."""
        return sorted(each["LaunchTemplate"]["Version"] for each in self.group()["Instances"])

    def add_alarm(self, purpose: str) -> str:
        alarm = self.settings.naming.name(purpose)
        self.clients.cloudwatch.put_metric_alarm(
            AlarmName=alarm,
            Namespace="AWS/ApplicationELB",
            MetricName="HTTPCode_Target_5XX_Count",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        return alarm

    def ring(self, purpose: str, state: Any) -> None:
        self.clients.cloudwatch.set_alarm_state(
            AlarmName=self.settings.naming.name(purpose),
            StateValue=state,
            StateReason="a test",
        )

    def group(self) -> dict[str, Any]:
        answer = self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self._name])
        (found,) = answer["AutoScalingGroups"]
        return dict(found)

    def publish(self, *releases: str) -> None:
        bucket = self.settings.naming.bucket("artifacts")
        place = {"LocationConstraint": self.settings.region}
        self._s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for release in releases:
            self._s3.put_object(Bucket=bucket, Key=f"releases/{release}.tar.gz", Body=b"")
