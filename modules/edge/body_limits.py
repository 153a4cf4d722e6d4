"""Rules of the web ACL about how long bodies may be."""

from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAclAssociationConfig,
    Wafv2WebAclAssociationConfigRequestBody,
    Wafv2WebAclAssociationConfigRequestBodyCloudfront,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleVisibilityConfig,
)

from config.edge import BodyLimit

# So that nobody gets around a path by another spelling.
_AS_SERVED = [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "NORMALIZE_PATH"}]
_AS_SENT = [{"priority": 0, "type": "NONE"}]
# KiB of a body that WAF looks at for CloudFront, the first of them without a charge.
_INSPECTED = (16, 32, 48, 64)


def rules(limits: Sequence[BodyLimit], priority: int) -> list[Wafv2WebAclRule]:
    """A rule for each, after the groups, so that their priorities stay as they are."""
    return [
        Wafv2WebAclRule(
            name=f"body-limit-{index}",
            priority=priority + index - 1,
            action=Wafv2WebAclRuleAction(block={}),
            statement={"and_statement": {"statement": _too_long(limit, limits)}},
            visibility_config=visible(f"body-limit-{index}"),
        )
        for index, limit in enumerate(limits, start=1)
    ]


def _too_long(limit: BodyLimit, others: Sequence[BodyLimit]) -> list[dict[str, Any]]:
    """Paths below `limit`, but for those with a limit of their own, and a body that is longer.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
    """
    own = [
        {"not_statement": {"statement": [_begins_with(each.path)]}}
        for each in others
        if each.path.startswith(limit.path) and each.path != limit.path
    ]
    size = {
        "field_to_match": {"body": {"oversize_handling": "MATCH"}},
        "comparison_operator": "GT",
        "size": limit.kib * 1024,
        "text_transformation": _AS_SENT,
    }
    return [_begins_with(limit.path), *own, {"size_constraint_statement": size}]


def _begins_with(path: str) -> dict[str, Any]:
    match = {
        "field_to_match": {"uri_path": {}},
        "positional_constraint": "STARTS_WITH",
        "search_string": path,
        "text_transformation": _AS_SERVED,
    }
    return {"byte_match_statement": match}


def inspection(limits: Sequence[BodyLimit]) -> Wafv2WebAclAssociationConfig | None:
    """As much of bodies as the longest limit asks for; AWS's own default where that is enough."""
    longest = max((each.kib for each in limits), default=0)
    inspected = next(each for each in _INSPECTED if longest <= each)
    if inspected == _INSPECTED[0]:
        return None
    size = Wafv2WebAclAssociationConfigRequestBodyCloudfront(
        default_size_inspection_limit=f"KB_{inspected}"
    )
    return Wafv2WebAclAssociationConfig(
        request_body=[Wafv2WebAclAssociationConfigRequestBody(cloudfront=size)]
    )


def visible(metric_name: str) -> Wafv2WebAclRuleVisibilityConfig:
    """A metric of the name, and samples of the requests that a rule matched."""
    return Wafv2WebAclRuleVisibilityConfig(
        metric_name=metric_name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )
