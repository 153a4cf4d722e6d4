from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import balancer, network, refusal
from tests.automation.emulator.extensions.test_cloudfront import distribution_config

IN_USE = (
    "WAFAssociatedItemException",
    "AWS WAF couldn\u2019t perform the operation because your resource is being used by another"
    " resource or it\u2019s associated with another resource.",
)


def definition(name: str, scope: str) -> dict[str, Any]:
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
    return {
        "Name": name,
        "Scope": scope,
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": {**visibility, "MetricName": name},
    }


def test_a_web_acl_stays_while_a_distribution_has_it(emulator: Emulator) -> None:
    wafv2, cloudfront = emulator.client("wafv2", region="us-east-1"), emulator.client("cloudfront")
    acl = wafv2.create_web_acl(**definition("global", "CLOUDFRONT"))["Summary"]
    config = {**distribution_config(), "WebACLId": acl["ARN"]}
    made = cloudfront.create_distribution(DistributionConfig=config)
    id_ = made["Distribution"]["Id"]
    deletion = {
        "Name": "global",
        "Scope": "CLOUDFRONT",
        "Id": acl["Id"],
        "LockToken": acl["LockToken"],
    }
    assert refusal(wafv2.delete_web_acl, **deletion) == IN_USE
    without = {**config, "WebACLId": ""}
    cloudfront.update_distribution(Id=id_, IfMatch=made["ETag"], DistributionConfig=without)
    wafv2.delete_web_acl(**deletion)


def test_a_web_acl_stays_while_a_load_balancer_has_it(emulator: Emulator) -> None:
    wafv2 = emulator.client("wafv2")
    acl = wafv2.create_web_acl(**definition("regional", "REGIONAL"))["Summary"]
    arn = balancer(emulator, "behind-waf", network(emulator)[1])
    wafv2.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn)
    deletion = {
        "Name": "regional",
        "Scope": "REGIONAL",
        "Id": acl["Id"],
        "LockToken": acl["LockToken"],
    }
    assert refusal(wafv2.delete_web_acl, **deletion) == IN_USE
    wafv2.disassociate_web_acl(ResourceArn=arn)
    wafv2.delete_web_acl(**deletion)


@pytest.mark.parametrize("scope", ["CLOUDFRONT", "REGIONAL"])
def test_the_name_of_a_web_acl_is_taken(emulator: Emulator, scope: str) -> None:
    wafv2 = emulator.client("wafv2", region="us-east-1")
    wafv2.create_web_acl(**definition("taken", scope))
    code, _ = refusal(wafv2.create_web_acl, **definition("taken", scope))
    assert code == "WAFDuplicateItemException"


def test_a_web_acl_keeps_how_much_of_a_body_it_looks_at(emulator: Emulator) -> None:
    wafv2 = emulator.client("wafv2", region="us-east-1")
    wanted = definition("inspecting", "CLOUDFRONT")
    config = {"RequestBody": {"CLOUDFRONT": {"DefaultSizeInspectionLimit": "KB_64"}}}
    size = {
        "FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}},
        "ComparisonOperator": "GT",
        "Size": 65536,
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }
    rule = {
        "Name": "body-limit-1",
        "Priority": 0,
        "Statement": {"SizeConstraintStatement": size},
        "Action": {"Block": {}},
        "VisibilityConfig": {**wanted["VisibilityConfig"], "MetricName": "body-limit-1"},
    }
    made = wafv2.create_web_acl(**wanted, Rules=[rule], AssociationConfig=config)["Summary"]
    name = {"Name": "inspecting", "Scope": "CLOUDFRONT", "Id": made["Id"]}
    found = wafv2.get_web_acl(**name)
    assert found["WebACL"]["AssociationConfig"] == config
    assert found["WebACL"]["Rules"] == [rule]
    visible = {"VisibilityConfig": wanted["VisibilityConfig"], "DefaultAction": {"Allow": {}}}
    wafv2.update_web_acl(**name, **visible, Rules=[], LockToken=found["LockToken"])
    after = wafv2.get_web_acl(**name)["WebACL"]
    assert after["Rules"] == []
    assert "AssociationConfig" not in after


def test_logs_go_where_the_name_says_that_they_are_wafs(emulator: Emulator) -> None:
    wafv2 = emulator.client("wafv2")
    arn = wafv2.create_web_acl(**definition("logged", "REGIONAL"))["Summary"]["ARN"]
    group = f"arn:aws:logs:{emulator.region}:123456789012:log-group"
    other = {"ResourceArn": arn, "LogDestinationConfigs": [f"{group}:waf"]}
    assert refusal(wafv2.put_logging_configuration, LoggingConfiguration=other) == (
        "WAFInvalidParameterException",
        "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other"
        f" information separated by colons or slashes., field: LOG_DESTINATION, parameter: {group}"
        ":waf",
    )
    named = {**other, "LogDestinationConfigs": [f"{group}:aws-waf-logs-shop"]}
    wafv2.put_logging_configuration(LoggingConfiguration=named)
