"""Alarms on what should hardly ever happen in an account."""

from dataclasses import dataclass, replace

from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm, Alarms, at_once
from modules.monitoring.log_metric import LogMetric
from modules.monitoring.runbooks import Runbooks


@dataclass(frozen=True, kw_only=True)
class SecurityEvent:
    """Events of a trail that match a pattern, and how many of them in five minutes are too many."""

    purpose: str
    description: str
    pattern: str
    tolerated: int = 0


# The patterns are those of the CIS AWS Foundations Benchmark; the benchmark's others would go off
# at every deployment.
# https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
EVENTS = (
    SecurityEvent(
        purpose="root-use",
        description="The account's root user was used.",
        pattern=(
            '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS'
            ' && $.eventType != "AwsServiceEvent" }'
        ),
    ),
    SecurityEvent(
        purpose="trail-change",
        description="An audit trail was created, changed, stopped or deleted.",
        pattern=(
            "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail)"
            " || ($.eventName = DeleteTrail) || ($.eventName = StartLogging)"
            " || ($.eventName = StopLogging) }"
        ),
    ),
    SecurityEvent(
        purpose="key-loss",
        description="A KMS key was disabled or scheduled for deletion: data may become unreadable.",
        pattern=(
            "{ ($.eventSource = kms.amazonaws.com)"
            " && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }"
        ),
    ),
    SecurityEvent(
        purpose="sign-in-failures",
        description="Somebody fails to sign in to the console, again and again.",
        pattern='{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        tolerated=4,
    ),
    # Who signs in through IAM Identity Center or another provider has its factors, not AWS's.
    SecurityEvent(
        purpose="sign-in-without-mfa",
        description="A user of IAM signed in to the console without a second factor.",
        pattern=(
            '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes")'
            ' && ($.userIdentity.type = "IAMUser")'
            ' && ($.responseElements.ConsoleLogin = "Success") }'
        ),
    ),
)


class SecurityAlarms(Construct):
    """Counts security events in a trail's log group, and tells a topic about them."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        log_group_name: str,
        topic_arn: str,
        runbooks: Runbooks,
    ) -> None:
        super().__init__(scope, id_)
        alarms = Alarms(self, "alarms", naming=naming, topic_arn=topic_arn, runbooks=runbooks)
        found = {event.purpose: self._alarm(event, naming, log_group_name) for event in EVENTS}
        alarms.add(*found.values())
        self._key_loss = found["key-loss"]

    def lost_keys_alarm(self) -> Alarm:
        """The alarm on lost keys, for another topic: this one may need the very key."""
        return replace(self._key_loss, purpose="lost-keys", runbook=self._key_loss.purpose)

    def _alarm(self, event: SecurityEvent, naming: Naming, log_group_name: str) -> Alarm:
        counted = LogMetric(
            self,
            event.purpose,
            naming=naming,
            purpose=event.purpose,
            log_group_name=log_group_name,
            pattern=event.pattern,
        )
        return at_once(
            Alarm(
                purpose=event.purpose,
                description=event.description,
                metric=counted.metric,
                threshold=event.tolerated,
                treat_missing_data="notBreaching",
            )
        )
