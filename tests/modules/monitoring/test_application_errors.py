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
