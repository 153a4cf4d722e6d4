from automation.emulator import Emulator
from tests.automation.emulator.calls import refused


def test_query_definitions_live_as_long_as_they_should(emulator: Emulator) -> None:
    logs = emulator.client("logs")
    first = logs.put_query_definition(name="web/errors", queryString="fields @message")
    id_ = first["queryDefinitionId"]
    changed = {"name": "web/errors", "queryString": "fields @log", "logGroupNames": ["/web"]}
    assert logs.put_query_definition(queryDefinitionId=id_, **changed)["queryDefinitionId"] == id_
    logs.put_query_definition(name="other", queryString="fields @message")
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="web/")["queryDefinitions"]
    assert {name: found[name] for name in changed} == changed
    assert logs.delete_query_definition(queryDefinitionId=id_)["success"]
    assert (
        refused(logs.delete_query_definition, queryDefinitionId=id_) == "ResourceNotFoundException"
    )
