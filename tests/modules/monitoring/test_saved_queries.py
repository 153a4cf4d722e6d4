from config import Naming
from modules.monitoring.saved_queries import SavedQueries
from tests.synthesized import synthesize


def test_each_query_asks_its_own_log_group(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: SavedQueries(
            stack,
            "queries",
            naming=naming,
            log_groups={
                "application-errors": "/prod/app",
                "slow-queries": "/aws/rds/instance/db/slowquery",
            },
        )
    )
    queries = stack.resources("aws_cloudwatch_query_definition").values()
    assert {query["name"]: query["log_group_names"] for query in queries} == {
        "prod-349081-application-errors": ["/prod/app"],
        "prod-349081-slow-queries": ["/aws/rds/instance/db/slowquery"],
    }
