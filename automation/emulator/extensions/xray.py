"""X-Ray: groups, sampling rules and their tags.

https://docs.aws.amazon.com/xray/latest/api/API_Operations.html
"""

import time
import uuid
from collections import defaultdict
from typing import Any, ClassVar

from moto.core.responses import ActionResult, EmptyResult
from moto.xray.responses import XRayResponse

from automation.emulator.extensions.double import Double, not_found, operation

_ABSENT = "InvalidRequestException"


class XRay(XRayResponse, Double):
    """Groups, rules and tags by region and ARN."""

    _groups: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)
    _rules: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)
    _tags: ClassVar[dict[str, dict[str, str]]] = defaultdict(dict)

    def _get_action(self) -> str:
        """Moto names its own actions after their paths, which AWS's model does not."""
        return super()._get_action() if self.path[1:] in _MOTO else operation(self)

    def create_group(self) -> ActionResult:
        """A group of traces."""
        given = self.parameters()
        name = given["GroupName"]
        arn = self._arn("group", f"{name}/{uuid.uuid4().hex.upper()}")
        group = {"InsightsConfiguration": {}, **given, "GroupARN": arn}
        self._groups[self.region][arn] = group
        self._tag(arn, group.pop("Tags", []))
        return ActionResult({"Group": group})

    def get_group(self) -> ActionResult:
        """A group by its name or ARN."""
        return ActionResult({"Group": self._group(self.parameters())})

    def update_group(self) -> ActionResult:
        """Change what is given."""
        given = self.parameters()
        group = self._group(given)
        group |= {name: value for name, value in given.items() if name not in ("GroupARN",)}
        return ActionResult({"Group": group})

    def delete_group(self) -> EmptyResult:
        """Delete a group by its name or ARN."""
        del self._groups[self.region][self._group(self.parameters())["GroupARN"]]
        return EmptyResult()

    def create_sampling_rule(self) -> ActionResult:
        """A rule that says which requests are traced."""
        given = self.parameters()
        name = given["SamplingRule"]["RuleName"]
        arn = self._arn("sampling-rule", name)
        rule = {"Attributes": {}, **given["SamplingRule"], "RuleARN": arn}
        now = time.time()
        record = {"SamplingRule": rule, "CreatedAt": now, "ModifiedAt": now}
        self._rules[self.region][arn] = record
        self._tag(arn, given.get("Tags", []))
        return ActionResult({"SamplingRuleRecord": record})

    def get_sampling_rules(self) -> ActionResult:
        """All rules."""
        return ActionResult({"SamplingRuleRecords": list(self._rules[self.region].values())})

    def update_sampling_rule(self) -> ActionResult:
        """Change what is given."""
        given = self.parameters()["SamplingRuleUpdate"]
        record = self._rule(given)
        record["SamplingRule"] |= given
        record["ModifiedAt"] = time.time()
        return ActionResult({"SamplingRuleRecord": record})

    def delete_sampling_rule(self) -> ActionResult:
        """Delete a rule by its name or ARN."""
        record = self._rule(self.parameters())
        del self._rules[self.region][record["SamplingRule"]["RuleARN"]]
        return ActionResult({"SamplingRuleRecord": record})

    def list_tags_for_resource(self) -> ActionResult:
        """The tags of a group or a rule."""
        tags = self._tags[self.parameters()["ResourceARN"]]
        return ActionResult({"Tags": [{"Key": key, "Value": tags[key]} for key in tags]})

    def tag_resource(self) -> EmptyResult:
        """Add tags or replace their values."""
        given = self.parameters()
        self._tag(given["ResourceARN"], given["Tags"])
        return EmptyResult()

    def untag_resource(self) -> EmptyResult:
        """Remove tags."""
        given = self.parameters()
        for key in given["TagKeys"]:
            self._tags[given["ResourceARN"]].pop(key, None)
        return EmptyResult()

    def _tag(self, arn: str, tags: list[dict[str, str]]) -> None:
        self._tags[arn] |= {tag["Key"]: tag["Value"] for tag in tags}

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:xray:{self.region}:{self.current_account}:{kind}/{name}"

    def _group(self, given: dict[str, Any]) -> dict[str, Any]:
        for group in self._groups[self.region].values():
            if given.get("GroupARN") == group["GroupARN"] or (
                given.get("GroupName") == group["GroupName"]
            ):
                return group
        raise not_found(_ABSENT, f"group {given.get('GroupARN') or given.get('GroupName')}")

    def _rule(self, given: dict[str, Any]) -> dict[str, Any]:
        for record in self._rules[self.region].values():
            rule = record["SamplingRule"]
            if given.get("RuleARN") == rule["RuleARN"] or (
                given.get("RuleName") == rule["RuleName"]
            ):
                return record
        raise not_found(_ABSENT, f"rule {given.get('RuleARN') or given.get('RuleName')}")


_MOTO = (
    "TelemetryRecords",
    "TraceSegments",
    "Traces",
    "ServiceGraph",
    "TraceGraph",
    "TraceSummaries",
)
