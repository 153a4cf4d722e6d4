from automation.emulator import Emulator
from tests.automation.emulator.calls import refused
from tests.automation.emulator.conftest import ACCOUNT, REGION


def test_groups(emulator: Emulator) -> None:
    xray = emulator.client("xray")
    insights = {"InsightsEnabled": True, "NotificationsEnabled": False}
    group = xray.create_group(
        GroupName="web",
        FilterExpression="fault",
        InsightsConfiguration=insights,
        Tags=[{"Key": "Stack", "Value": "monitoring"}],
    )["Group"]
    arn = group["GroupARN"]
    assert arn.startswith(f"arn:aws:xray:{REGION}:{ACCOUNT}:group/web/")
    assert xray.get_group(GroupName="web")["Group"] == group
    assert group["InsightsConfiguration"] == insights
    xray.update_group(GroupARN=arn, FilterExpression="error")
    assert xray.get_group(GroupARN=arn)["Group"]["FilterExpression"] == "error"
    xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "Owner", "Value": "us"}])
    xray.untag_resource(ResourceARN=arn, TagKeys=["Stack"])
    tags = xray.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "Owner", "Value": "us"}]
    xray.delete_group(GroupARN=arn)
    assert refused(xray.get_group, GroupARN=arn) == "InvalidRequestException"


def test_sampling_rules(emulator: Emulator) -> None:
    xray = emulator.client("xray")
    rule = {
        "RuleName": "web",
        "ResourceARN": "*",
        "Priority": 100,
        "FixedRate": 0.05,
        "ReservoirSize": 1,
        "ServiceName": "*",
        "ServiceType": "*",
        "Host": "*",
        "HTTPMethod": "*",
        "URLPath": "*",
        "Version": 1,
    }
    created = xray.create_sampling_rule(SamplingRule=rule)["SamplingRuleRecord"]["SamplingRule"]
    assert created["RuleARN"] == f"arn:aws:xray:{REGION}:{ACCOUNT}:sampling-rule/web"
    xray.update_sampling_rule(SamplingRuleUpdate={"RuleName": "web", "FixedRate": 0.5})
    (record,) = xray.get_sampling_rules()["SamplingRuleRecords"]
    assert record["SamplingRule"]["FixedRate"] == 0.5
    assert record["SamplingRule"]["Priority"] == 100
    xray.delete_sampling_rule(RuleName="web")
    assert xray.get_sampling_rules()["SamplingRuleRecords"] == []


def test_still_takes_what_moto_takes(emulator: Emulator) -> None:
    answer = emulator.client("xray").put_trace_segments(TraceSegmentDocuments=["{}"])
    assert len(answer["UnprocessedTraceSegments"]) == 1
