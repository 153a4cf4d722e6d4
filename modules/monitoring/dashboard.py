"""A dashboard, built from values.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from config.naming import Naming
from modules.monitoring.metric import Expression, Metric

_WIDTH, _HEIGHT = 24, 6


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Metrics over time, by their labels; `region` where they are not in the dashboard's own."""

    title: str
    metrics: Mapping[str, Metric | Expression]
    region: str | None = None

    def widget(self, region: str) -> dict[str, Any]:
        """The widget in CloudWatch's JSON."""
        lines = [
            line
            for index, (label, metric) in enumerate(self.metrics.items())
            for line in _lines(label, metric, index)
        ]
        properties = {
            "title": self.title,
            "region": self.region or region,
            "view": "timeSeries",
            "metrics": lines,
            "yAxis": {"left": {"min": 0}},
        }
        return {"type": "metric", "properties": properties}


@dataclass(frozen=True, kw_only=True)
class AlarmStatus:
    """Which alarms are going off."""

    title: str
    alarm_arns: Sequence[str]

    def widget(self, _region: str) -> dict[str, Any]:
        """The widget in CloudWatch's JSON."""
        properties = {"title": self.title, "alarms": list(self.alarm_arns)}
        return {"type": "alarm", "properties": properties}


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words, in Markdown."""

    markdown: str

    def widget(self, _region: str) -> dict[str, Any]:
        """The widget in CloudWatch's JSON."""
        return {"type": "text", "properties": {"markdown": self.markdown}}


Row = Sequence[Graph | AlarmStatus | Text]


class Dashboard(Construct):
    """Rows of widgets that share the width of the page."""

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, purpose: str, rows: Sequence[Row]
    ) -> None:
        super().__init__(scope, id_)
        widgets = [
            widget
            for index, row in enumerate(rows)
            for widget in _placed(row, y=index * _HEIGHT, region=naming.region)
        ]
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=naming.name(purpose),
            dashboard_body=json.dumps({"start": "-PT6H", "widgets": widgets}),
        )


def _placed(row: Row, *, y: int, region: str) -> Iterator[dict[str, Any]]:
    width = _WIDTH // len(row)
    for column, each in enumerate(row):
        place = {"x": column * width, "y": y, "width": width, "height": _HEIGHT}
        yield {**each.widget(region), **place}


def _lines(label: str, metric: Metric | Expression, index: int) -> Iterator[list[Any]]:
    """A metric's line, or an expression's and the invisible ones that it is computed from."""
    if isinstance(metric, Metric):
        yield _line(metric, label=label)
        return
    yield [{"expression": metric.formula, "id": f"result{index}", "label": label}]
    for id_, part in metric.metrics.items():
        yield _line(part, id=id_, visible=False)


def _line(metric: Metric, **options: str | bool) -> list[Any]:
    dimensions = [text for pair in metric.dimensions.items() for text in pair]
    rendering = {"stat": metric.statistic, "period": metric.period, **options}
    return [metric.namespace, metric.name, *dimensions, rendering]
