"""Where alarms go."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm, at_once
from modules.monitoring.metric import FIVE_MINUTES, Metric
from modules.policy import Statement, policy_document


class AlarmTopic(Construct):
    """An encrypted topic to which the account's alarms publish, and e-mail addresses subscribe.

    `publishers` names further services, each with the ARN pattern of what it may publish for. The
    key's policy has to let the same services use it.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        purpose: str,
        region: str,
        kms_key_arn: str,
        emails: Sequence[str] = (),
        publishers: Mapping[str, str] | None = None,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        topic = SnsTopic(
            self,
            "topic",
            name=naming.name(purpose),
            kms_master_key_id=kms_key_arn,
            provider=provider,
        )
        self._purpose = purpose
        self._name = topic.name
        for email in emails:
            self._subscribe(topic, email, provider)
        alarms = naming.arn("cloudwatch", "alarm:*", region=region)
        policy = SnsTopicPolicy(
            self,
            "policy",
            arn=topic.arn,
            policy=_policy(
                naming, topic.arn, {"cloudwatch.amazonaws.com": alarms, **(publishers or {})}
            ),
            provider=provider,
        )
        # The policy's ARN is the topic's: whoever publishes waits until it may.
        self.arn: str = policy.arn

    def undelivered_alarm(self) -> Alarm:
        """Goes off when SNS gives up on an address; another topic has to tell of it.

        https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
        """
        return at_once(
            Alarm(
                purpose=f"{self._purpose}-undelivered",
                description="Somebody who is to hear of alarms does not get them.",
                metric=Metric(
                    namespace="AWS/SNS",
                    name="NumberOfNotificationsFailed",
                    statistic="Sum",
                    dimensions={"TopicName": self._name},
                    period=FIVE_MINUTES,
                ),
                threshold=0,
                treat_missing_data="notBreaching",
                runbook="alarms-undelivered",
            )
        )

    def _subscribe(self, topic: SnsTopic, email: str, provider: TerraformProvider | None) -> None:
        """The address is the id, so that a changed list asks nobody to confirm again."""
        SnsTopicSubscription(
            self,
            email,
            topic_arn=topic.arn,
            protocol="email",
            endpoint=email,
            provider=provider,
        )


def _policy(naming: Naming, topic_arn: str, publishers: Mapping[str, str]) -> str:
    return policy_document(
        _tls_only(topic_arn),
        *(_publish(naming, topic_arn, *publisher) for publisher in publishers.items()),
    )


def _tls_only(topic_arn: str) -> Statement:
    return Statement(
        sid="DenyInsecureTransport",
        effect="Deny",
        principals={"AWS": "*"},
        actions=["sns:Publish"],
        resources=[topic_arn],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def _publish(naming: Naming, topic_arn: str, service: str, source_arn: str) -> Statement:
    """Let a service publish, only on behalf of what the account owns."""
    letters = "".join(part.capitalize() for part in service.split(".")[:-2])
    return Statement(
        sid=f"PublishFrom{letters}",
        principals={"Service": service},
        actions=["sns:Publish"],
        resources=[topic_arn],
        conditions={
            "StringEquals": {"aws:SourceAccount": naming.account_id},
            "ArnLike": {"aws:SourceArn": source_arn},
        },
    )
