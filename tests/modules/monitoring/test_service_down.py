from config import Naming
from modules.monitoring.runbooks import Runbooks
from modules.monitoring.service_down import ServiceDown
from tests.synthesized import synthesize


def test_any_cause_is_enough(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: ServiceDown(
            stack,
            "down",
            naming=naming,
            topic_arn="arn:topic",
            alarm_arns=["arn:a", "arn:b"],
            runbooks=Runbooks("docs/runbooks"),
        )
    )
    assert stack.has(
        "aws_cloudwatch_composite_alarm",
        alarm_name="prod-349081-service-down",
        alarm_rule='ALARM("arn:a") OR ALARM("arn:b")',
        alarm_actions=["arn:topic"],
        ok_actions=["arn:topic"],
    )
