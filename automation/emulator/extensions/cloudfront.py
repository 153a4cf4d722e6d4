"""CloudFront: response headers policies; distributions as they were asked for, or refused.

They are deployed at once.

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
from moto.wafv2.models import wafv2_backends

from automation.emulator.extensions import acm
from automation.emulator.extensions.double import Refused, not_found, remember

_INVALID_CERTIFICATE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or"
    " doesn't include a valid certificate chain."
)
_NO_CERTIFICATE = (
    "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a"
    " trusted certificate that validates your authorization to use the domain name."
)
_ANOTHER_CERTIFICATE = (
    "The certificate that is attached to your distribution doesn't cover the alternate domain name"
    " (CNAME) that you're trying to add."
)
_MORE = (
    " For more details, see: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "CNAMEs.html#alternate-domain-names-requirements"
)


def install() -> None:
    """Deploy without a state in between, for which the provider would wait 15 seconds more."""
    state_manager.set_transition("cloudfront::distribution", {"progression": "immediate"})


class CloudFront(CloudFrontResponse):
    """Policies by id."""

    _policies: ClassVar[dict[str, dict[str, Any]]] = {}

    def create_distribution(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        self._check(self._get_param("DistributionConfig"))
        return self._faithfully(super().create_distribution, "DistributionConfig")

    def create_distribution_with_tags(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        config = "DistributionConfigWithTags.DistributionConfig"
        self._check(self._get_param(config))
        return self._faithfully(super().create_distribution_with_tags, config)

    def update_distribution(self) -> ActionResult:
        """Keep what moto drops or makes up."""
        self._check(self._get_param("DistributionConfig"), self._get_param("Id"))
        return self._faithfully(super().update_distribution, "DistributionConfig")

    def delete_distribution(self) -> ActionResult:
        """One that is enabled stays.

        https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteDistribution.html
        """
        found = self.backend.distributions.get(self._get_param("Id"))
        if found is not None and found.Enabled:
            message = "The distribution you are trying to delete has not been disabled."
            raise Refused("DistributionNotDisabled", message)
        return super().delete_distribution()

    def delete_origin_access_control(self) -> ActionResult:
        """What is in use stays.

        https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteOriginAccessControl.html
        """
        id_ = self._get_param("Id")
        for config in self._asked_for():
            if any(each.get("OriginAccessControlId") == id_ for each in config["Origins"]["Items"]):
                message = "The CloudFront origin access control is still being used."
                raise Refused("OriginAccessControlInUse", message)
        return super().delete_origin_access_control()

    def create_origin_access_control(self) -> ActionResult:
        """Names are unique in the account.

        https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateOriginAccessControl.html
        Message form not confirmed.
        """
        name = self._get_param("OriginAccessControlConfig.Name")
        if any(each.name == name for each in self.backend.origin_access_controls.values()):
            message = "An origin access control with the same name already exists."
            raise Refused("OriginAccessControlAlreadyExists", message)
        return super().create_origin_access_control()

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
        """Delete a policy that no behavior has.

        https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteResponseHeadersPolicy.html
        """
        id_ = self._current()["Id"]
        for config in self._asked_for():
            if any(each.get("ResponseHeadersPolicyId") == id_ for each in _behaviors(config)):
                message = (
                    "The specified response headers policy is currently associated with a cache"
                    " behavior."
                )
                raise Refused("ResponseHeadersPolicyInUse", message)
        del self._policies[id_]
        return EmptyResult()

    def _asked_for(self) -> list[dict[str, Any]]:
        """The configuration of every distribution as it was asked for."""
        return [vars(each)["given"] for each in self.backend.distributions.values()]

    def _check(self, config: dict[str, Any], id_: str | None = None) -> None:
        """Refuse names that another distribution has, or that the certificate does not.

        Nor is there a web ACL that WAF does not have.
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
        """
        aliases = set(config.get("Aliases", {}).get("Items", ()))
        for other in self.backend.distributions.values():
            taken = vars(other)["given"].get("Aliases", {}).get("Items", ())
            if other.id != id_ and aliases & set(taken):
                message = "One or more of the CNAMEs you provided are already associated with a"
                raise Refused("CNAMEAlreadyExists", f"{message} different resource.")
        acl = config.get("WebACLId")
        if acl and acl not in wafv2_backends[self.current_account]["global"].wacls:
            raise Refused("InvalidWebACLId", "Web ACL is not accessible by the requester.")
        arn = config.get("ViewerCertificate", {}).get("ACMCertificateArn")
        if arn:
            _check_certificate(arn, aliases)
        elif aliases:
            raise Refused("InvalidViewerCertificate", _NO_CERTIFICATE + _MORE)

    def _faithfully(self, act: Callable[[], ActionResult], parameter: str) -> ActionResult:
        given = copy.deepcopy(self._get_param(parameter))
        result = act()
        distribution = result.result["Distribution"]  # type: ignore[index]
        _correct(distribution.distribution_config, given)
        vars(distribution)["given"] = given
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


def _check_certificate(arn: str, aliases: set[str]) -> None:
    """CloudFront takes certificates of us-east-1 alone, once they are issued.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
    """
    found = acm.find(arn)
    if found is None or found.status != "ISSUED" or arn.split(":")[3] != "us-east-1":
        raise Refused("InvalidViewerCertificate", _INVALID_CERTIFICATE)
    names = {found.common_name, *found.sans}
    for alias in aliases:
        if not {alias, f"*.{alias.partition('.')[2]}"} & names:
            raise Refused("InvalidViewerCertificate", _ANOTHER_CERTIFICATE + _MORE)


def _behaviors(config: dict[str, Any]) -> list[dict[str, Any]]:
    return [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", ())]


def _correct(config: Any, given: dict[str, Any]) -> None:
    """Make moto's model of a distribution say what the request said."""
    behaviors = [config.DefaultCacheBehavior, *config.CacheBehaviors.get("Items", ())]
    for behavior, wanted in zip(behaviors, _behaviors(given), strict=True):
        # A behavior with a cache policy has none of these.
        if "ForwardedValues" not in wanted:
            behavior.forwarded_values = None
    for origin, wanted in zip(config.Origins["Items"], given["Origins"]["Items"], strict=True):
        remember(origin, wanted, ("OriginAccessControlId",))
    certificate = given.get("ViewerCertificate", {"CloudFrontDefaultCertificate": True})
    default = certificate.get("CloudFrontDefaultCertificate", False)
    config.ViewerCertificate.cloud_front_default_certificate = default
