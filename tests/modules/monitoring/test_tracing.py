from dataclasses import replace

from config import Naming
from config.naming import MAX_PREFIX_LENGTH
from modules.monitoring.tracing import Tracing
from tests.synthesized import Synthesized, synthesize


def tracing(naming: Naming) -> Synthesized:
    return synthesize(
        lambda stack: Tracing(
            stack,
            "tracing",
            naming=naming,
            service_name="prod-app",
            slow_seconds=2.0,
        )
    )


def test_failed_and_slow_requests_are_a_group(naming: Naming) -> None:
    group = tracing(naming).only("aws_xray_group")
    assert group["filter_expression"] == (
        'service("prod-app") { fault = true OR responsetime > 2 }'
    )


def test_the_longest_prefix_leaves_room_for_the_names(naming: Naming) -> None:
    app_id = "1" * (MAX_PREFIX_LENGTH - len("prod-"))
    stack = tracing(replace(naming, app_id=app_id))
    assert len(stack.only("aws_xray_group")["group_name"]) <= 32
