import json
from typing import Any

from config import Naming
from modules.monitoring.dashboard import AlarmStatus, Dashboard, Graph, Row, Text
from modules.monitoring.metric import Expression, Metric
from tests.synthesized import synthesize

REQUESTS = Metric(namespace="Shop", name="Requests", dimensions={"Shop": "books"}, statistic="Sum")


def widgets(naming: Naming, *rows: Row) -> list[dict[str, Any]]:
    stack = synthesize(
        lambda stack: Dashboard(stack, "page", naming=naming, purpose="overview", rows=rows)
    )
    page = stack.only("aws_cloudwatch_dashboard")
    assert page["dashboard_name"] == "prod-349081-overview"
    found: list[dict[str, Any]] = json.loads(page["dashboard_body"])["widgets"]
    return found


def test_widgets_of_a_row_share_its_width(naming: Naming) -> None:
    graph = Graph(title="Requests", metrics={"requests": REQUESTS})
    placed = widgets(naming, [graph], [graph, graph, graph])
    assert [(each["x"], each["width"]) for each in placed] == [(0, 24), (0, 8), (8, 8), (16, 8)]
    assert placed[1]["y"] == placed[0]["height"]


def test_a_graph_names_its_region(naming: Naming) -> None:
    here = Graph(title="Here", metrics={"requests": REQUESTS})
    there = Graph(title="There", metrics={"requests": REQUESTS}, region="us-east-1")
    regions = [each["properties"]["region"] for each in widgets(naming, [here, there])]
    assert regions == ["us-west-2", "us-east-1"]


def test_a_metric_is_a_line(naming: Naming) -> None:
    (graph,) = widgets(naming, [Graph(title="Requests", metrics={"all": REQUESTS})])
    assert graph["properties"]["metrics"] == [
        ["Shop", "Requests", "Shop", "books", {"stat": "Sum", "period": 60, "label": "all"}]
    ]


def test_only_the_result_of_an_expression_is_drawn(naming: Naming) -> None:
    twice = Expression(formula="2 * requests", metrics={"requests": REQUESTS})
    (graph,) = widgets(naming, [Graph(title="Twice", metrics={"twice": twice})])
    result, part = graph["properties"]["metrics"]
    assert result == [{"expression": "2 * requests", "id": "result0", "label": "twice"}]
    assert part[-1] == {"stat": "Sum", "period": 60, "id": "requests", "visible": False}


def test_words(naming: Naming) -> None:
    (words,) = widgets(naming, [Text(markdown="# Hello")])
    assert (words["type"], words["properties"]) == ("text", {"markdown": "# Hello"})


def test_alarms(naming: Naming) -> None:
    (status,) = widgets(naming, [AlarmStatus(title="Alarms", alarm_arns=["arn:a"])])
    assert status["type"] == "alarm"
    assert status["properties"]["alarms"] == ["arn:a"]
