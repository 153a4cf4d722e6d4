from config import Naming
from modules.audit.security_alarms import SecurityAlarms
from modules.monitoring.runbooks import Runbooks
from tests.synthesized import Synthesized, synthesize

PURPOSES = ("root-use", "trail-change", "key-loss", "sign-in-failures", "sign-in-without-mfa")


def alarms(naming: Naming) -> Synthesized:
    return synthesize(
        lambda stack: SecurityAlarms(
            stack,
            "alarms",
            naming=naming,
            log_group_name="/prod/trail",
            topic_arn="arn:topic",
            runbooks=Runbooks("docs/runbooks"),
        )
    )


def test_every_event_is_counted_in_the_trail_and_has_an_alarm(naming: Naming) -> None:
    stack = alarms(naming)
    for purpose in PURPOSES:
        name = f"prod-349081-{purpose}"
        counted = stack.one("aws_cloudwatch_log_metric_filter", name=name)
        alarm = stack.one("aws_cloudwatch_metric_alarm", alarm_name=name)
        metric = counted["metric_transformation"]
        assert counted["log_group_name"] == "/prod/trail"
        assert (alarm["namespace"], alarm["metric_name"]) == (metric["namespace"], metric["name"])
        assert alarm["alarm_actions"] == ["arn:topic"]


def test_only_users_of_iam_have_a_second_factor_of_aws(naming: Naming) -> None:
    """The pattern is the one that Security Hub asks for, control CloudWatch.3."""
    counted = alarms(naming).one(
        "aws_cloudwatch_log_metric_filter", name="prod-349081-sign-in-without-mfa"
    )
    assert counted["pattern"] == (
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }'
    )


def test_a_single_use_of_the_root_user_is_one_too_many(naming: Naming) -> None:
    stack = alarms(naming)
    alarm = stack.one("aws_cloudwatch_metric_alarm", alarm_name="prod-349081-root-use")
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)
