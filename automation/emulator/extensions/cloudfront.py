"""CloudFront: response headers policies, VPC origins; distributions as asked for, or refused.

They are deployed at once.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateResponseHeadersPolicy.html
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateVpcOrigin.html
"""

import copy
import datetime
import secrets
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.elbv2.models import FakeLoadBalancer, elbv2_backends
from moto.moto_api import state_manager
from moto.wafv2.models import wafv2_backends

from automation.emulator.extensions import acm, networks
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
# https://github.com/aws/aws-cdk/issues/35765
_ASSOCIATED = (
    "The specified VPC origin is currently associated with one or more distributions. Please"
    " disassociate the VPC origin from all distributions before updating or deleting"
)
# The zones by id where CloudFront makes no interfaces.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
_NO_VPC_ORIGINS = frozenset({"apne1-az3", "cac1-az3", "use1-az3", "usw1-az2"})
_MORE = (
    " For more details, see: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "CNAMEs.html#alternate-domain-names-requirements"
)


def install() -> None:
    """Deploy without a state in between, for which the provider would wait 15 seconds more."""
    state_manager.set_transition("cloudfront::distribution", {"progression": "immediate"})


class CloudFront(CloudFrontResponse):
    """Policies and VPC origins by id."""

    _policies: ClassVar[dict[str, dict[str, Any]]] = {}
    _vpc_origins: ClassVar[dict[str, dict[str, Any]]] = {}

    @classmethod
    def is_vpc_origin(cls, arn: str) -> bool:
        """Whether CloudFront has interfaces beside a load balancer."""
        return any(_endpoint(each)["Arn"] == arn for each in cls._vpc_origins.values())

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

    def create_vpc_origin(self) -> ActionResult:
        """For a load balancer that works, under a name of its own.

        Message forms not confirmed.
        """
        config = self.params["VpcOriginEndpointConfig"]
        if any(_endpoint(each)["Name"] == config["Name"] for each in self._vpc_origins.values()):
            message = f"A VPC origin with the name {config['Name']} already exists."
            raise Refused("EntityAlreadyExists", message)
        self._check_endpoint(config)
        id_ = f"vo_{secrets.token_hex(11)}"
        arn = f"arn:aws:cloudfront::{self.current_account}:vpcorigin/{id_}"
        self.backend.tagger.tag_resource(arn, self.params.get("Tags", {}).get("Items", []))
        now = datetime.datetime.now(datetime.UTC)
        self._vpc_origins[id_] = {"Id": id_, "Arn": arn, "Status": "Deployed", "CreatedTime": now}
        return self._deploy(id_, config)

    def get_vpc_origin(self) -> ActionResult:
        """A VPC origin by its id."""
        return _vpc_origin_result(self._vpc_origin(self._get_param("Id")))

    def list_vpc_origins(self) -> ActionResult:
        """All of the account, on one page."""
        found = [
            {**each, "Name": _endpoint(each)["Name"], "OriginEndpointArn": _endpoint(each)["Arn"]}
            for each in self._vpc_origins.values()
        ]
        page = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(found)}
        return ActionResult({"VpcOriginList": {**page, "Items": found or None}})

    def update_vpc_origin(self) -> ActionResult:
        """Replace the configuration of one that no distribution has."""
        id_ = self._unused_vpc_origin("CannotUpdateEntityWhileInUse")["Id"]
        self._check_endpoint(self.params["VpcOriginEndpointConfig"])
        return self._deploy(id_, self.params["VpcOriginEndpointConfig"])

    def delete_vpc_origin(self) -> ActionResult:
        """Delete one that no distribution has."""
        found = self._unused_vpc_origin("CannotDeleteEntityWhileInUse")
        return _vpc_origin_result(self._vpc_origins.pop(found["Id"]))

    def _unused_vpc_origin(self, code: str) -> dict[str, Any]:
        """That of the request, if the caller has seen its latest version.

        https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteVpcOrigin.html
        """
        found = self._vpc_origin(self._get_param("Id"))
        if self.params.get("IfMatch") != found["ETag"]:
            raise Refused("InvalidIfMatchVersion", "The If-Match version is not the latest")
        if any(found["Id"] in _vpc_origin_ids(config) for config in self._asked_for()):
            raise Refused(code, _ASSOCIATED)
        return found

    def _vpc_origin(self, id_: str) -> dict[str, Any]:
        if id_ not in self._vpc_origins:
            raise not_found("EntityNotFound", f"VPC origin {id_}")
        return self._vpc_origins[id_]

    def _deploy(self, id_: str, config: dict[str, Any]) -> ActionResult:
        self._vpc_origins[id_] |= {
            "ETag": uuid.uuid4().hex.upper()[:14],
            "LastModifiedTime": datetime.datetime.now(datetime.UTC),
            "VpcOriginEndpointConfig": config,
        }
        return _vpc_origin_result(self._vpc_origins[id_])

    def _check_endpoint(self, config: dict[str, Any]) -> None:
        """Refuse what is not there or cannot be reached, though no traffic uses the gateway.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
        """
        region = config["Arn"].split(":")[3]
        balancers = elbv2_backends[self.current_account][region].load_balancers
        balancer: FakeLoadBalancer | None = balancers.get(config["Arn"])
        if balancer is None:
            raise Refused("InvalidArgument", f"The origin {config['Arn']} does not exist.")
        if not balancer.security_groups:
            raise Refused("InvalidArgument", "Security group is required.")
        ec2 = ec2_backends[self.current_account][region]
        if not networks.gateways(ec2, balancer.vpc_id):
            message = f"The VPC {balancer.vpc_id} has no internet gateway."
            raise Refused("InvalidArgument", message)
        for subnet in balancer.subnets:
            zone = ec2.get_subnet(subnet.id).availability_zone_id
            if zone in _NO_VPC_ORIGINS:
                message = f"VPC origins are not supported in the Availability Zone {zone}."
                raise Refused("InvalidArgument", message)

    def _asked_for(self) -> list[dict[str, Any]]:
        """The configuration of every distribution as it was asked for."""
        return [vars(each)["given"] for each in self.backend.distributions.values()]

    def _check(self, config: dict[str, Any], id_: str | None = None) -> None:
        """Refuse names that another distribution has, or that the certificate does not.

        Nor is there a web ACL that WAF does not have, or a VPC origin that CloudFront does not.
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
        """
        aliases = set(config.get("Aliases", {}).get("Items", ()))
        for other in self.backend.distributions.values():
            taken = vars(other)["given"].get("Aliases", {}).get("Items", ())
            if other.id != id_ and aliases & set(taken):
                message = "One or more of the CNAMEs you provided are already associated with a"
                raise Refused("CNAMEAlreadyExists", f"{message} different resource.")
        for each in _vpc_origin_ids(config):
            self._vpc_origin(each)
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


def _vpc_origin_result(origin: dict[str, Any]) -> ActionResult:
    return ActionResult({"VpcOrigin": origin, "ETag": origin["ETag"]})


def _endpoint(origin: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = origin["VpcOriginEndpointConfig"]
    return config


def _vpc_origin_ids(config: dict[str, Any]) -> set[str]:
    """The VPC origins that a distribution asks."""
    origins = config["Origins"]["Items"]
    return {each["VpcOriginConfig"]["VpcOriginId"] for each in origins if "VpcOriginConfig" in each}


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
        remember(origin, wanted, ("OriginAccessControlId", "VpcOriginConfig"))
    certificate = given.get("ViewerCertificate", {"CloudFrontDefaultCertificate": True})
    default = certificate.get("CloudFrontDefaultCertificate", False)
    config.ViewerCertificate.cloud_front_default_certificate = default
