"""CloudFront: response headers policies; distributions as they were asked for, deployed at once.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateResponseHeadersPolicy.html
"""

import copy
import datetime
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api import state_manager

from automation.emulator.extensions.double import Refused, not_found, remember


def install() -> None:
    """Deploy without a state in between, for which the provider would wait 15 seconds more."""
    state_manager.set_transition("cloudfront::distribution", {"progression": "immediate"})


class CloudFront(CloudFrontResponse):
    """Policies by id."""

    _policies: ClassVar[dict[str, dict[str, Any]]] = {}

    def create_distribution(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        return self._faithfully(super().create_distribution, "DistributionConfig")

    def create_distribution_with_tags(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        config = "DistributionConfigWithTags.DistributionConfig"
        return self._faithfully(super().create_distribution_with_tags, config)

    def update_distribution(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        return self._faithfully(super().update_distribution, "DistributionConfig")

    def create_response_headers_policy(self) -> ActionResult:
        """Names are unique in the account."""
        config = self.params["ResponseHeadersPolicyConfig"]
        for policy in self._policies.values():
            if policy["ResponseHeadersPolicyConfig"]["Name"] == config["Name"]:
                raise Refused("ResponseHeadersPolicyAlreadyExists", config["Name"])
        return self._store(str(uuid.uuid4()), config)

    def get_response_headers_policy(self) -> ActionResult:
        """A policy by its id."""
        return _result(self._policy())

    def get_response_headers_policy_config(self) -> ActionResult:
        """A policy's configuration alone."""
        return _result(self._policy(), part="ResponseHeadersPolicyConfig")

    def update_response_headers_policy(self) -> ActionResult:
        """Replace a policy's configuration."""
        return self._store(self._current()["Id"], self.params["ResponseHeadersPolicyConfig"])

    def delete_response_headers_policy(self) -> EmptyResult:
        """Delete a policy."""
        del self._policies[self._current()["Id"]]
        return EmptyResult()

    def _faithfully(self, act: Callable[[], ActionResult], parameter: str) -> ActionResult:
        given = copy.deepcopy(self._get_param(parameter))
        result = act()
        _correct(result.result["Distribution"].distribution_config, given)  # type: ignore[index]
        return result

    def _store(self, id_: str, config: dict[str, Any]) -> ActionResult:
        self._policies[id_] = {
            "Id": id_,
            "ETag": uuid.uuid4().hex.upper()[:14],
            "LastModifiedTime": datetime.datetime.now(datetime.UTC),
            "ResponseHeadersPolicyConfig": config,
        }
        return _result(self._policies[id_])

    def _current(self) -> dict[str, Any]:
        """The policy, if the caller has seen its latest version."""
        policy = self._policy()
        if self.params.get("IfMatch") != policy["ETag"]:
            raise Refused("InvalidIfMatchVersion", "The If-Match version is not the latest")
        return policy

    def _policy(self) -> dict[str, Any]:
        id_ = self._get_param("Id")
        if id_ not in self._policies:
            raise not_found("NoSuchResponseHeadersPolicy", f"response headers policy {id_}")
        return self._policies[id_]


def _result(policy: dict[str, Any], part: str | None = None) -> ActionResult:
    content = policy[part] if part else policy
    return ActionResult({part or "ResponseHeadersPolicy": content, "ETag": policy["ETag"]})


def _correct(config: Any, given: dict[str, Any]) -> None:
    """Make moto's model of a distribution say what the request said."""
    behaviors = [config.DefaultCacheBehavior, *config.CacheBehaviors.get("Items", ())]
    asked = [given["DefaultCacheBehavior"], *given.get("CacheBehaviors", {}).get("Items", ())]
    for behavior, wanted in zip(behaviors, asked, strict=True):
        # A behavior with a cache policy has none of these.
        if "ForwardedValues" not in wanted:
            behavior.forwarded_values = None
    for origin, wanted in zip(config.Origins["Items"], given["Origins"]["Items"], strict=True):
        remember(origin, wanted, ("OriginAccessControlId",))
    certificate = given.get("ViewerCertificate", {"CloudFrontDefaultCertificate": True})
    default = certificate.get("CloudFrontDefaultCertificate", False)
    config.ViewerCertificate.cloud_front_default_certificate = default
