import pytest
from cdktf import TerraformStack

from config import Naming
from modules.monitoring.application_errors import ApplicationErrors
from modules.monitoring.metric import Metric
from tests.synthesized import synthesize


def test_error_lines_are_counted_and_none_is_zero(naming: Naming) -> None:
    measured: list[Metric] = []

    def build(stack: TerraformStack) -> None:
        errors = ApplicationErrors(stack, "errors", naming=naming, log_group_name="/prod/app")
        measured.append(errors.metric)

    found = synthesize(build).only("aws_cloudwatch_log_metric_filter")
    (metric,) = measured
    assert found["log_group_name"] == "/prod/app"
    assert found["pattern"] == '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'
    assert found["metric_transformation"] == {
        "namespace": metric.namespace,
        "name": metric.name,
        "value": "1",
        "default_value": "0",
    }


@pytest.mark.parametrize("processes", [True, False])
def test_the_first_failure_of_a_process_is_told_where_there_are_any(
    naming: Naming, *, processes: bool
) -> None:
    thresholds: dict[str, float] = {}

    def build(stack: TerraformStack) -> None:
        errors = ApplicationErrors(
            stack, "errors", naming=naming, log_group_name="/prod/app", processes=processes
        )
        alarms = errors.alarms(threshold=10)
        thresholds.update({each.purpose: each.threshold for each in alarms})

    filters = synthesize(build).resources("aws_cloudwatch_log_metric_filter").values()
    usual = {"application-errors": 10}
    assert thresholds == (usual | {"process-failures": 0} if processes else usual)
    assert {each["name"] for each in filters} == {naming.name(each) for each in thresholds}
