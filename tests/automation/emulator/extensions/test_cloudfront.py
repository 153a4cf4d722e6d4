import uuid
from typing import Any

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import certificate, issued, refusal, refused
from tests.automation.emulator.conftest import ACCOUNT


def test_response_headers_policies(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront", region="us-east-1")
    config: dict[str, Any] = {
        "Name": "headers",
        "Comment": "",
        "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
    }
    made = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    id_ = made["ResponseHeadersPolicy"]["Id"]
    again = {"ResponseHeadersPolicyConfig": config}
    assert (
        refused(cloudfront.create_response_headers_policy, **again)
        == "ResponseHeadersPolicyAlreadyExists"
    )
    config["SecurityHeadersConfig"]["ContentTypeOptions"]["Override"] = False
    stale = {"Id": id_, "IfMatch": "stale", "ResponseHeadersPolicyConfig": config}
    assert refused(cloudfront.update_response_headers_policy, **stale) == "InvalidIfMatchVersion"
    cloudfront.update_response_headers_policy(**{**stale, "IfMatch": made["ETag"]})
    found = cloudfront.get_response_headers_policy(Id=id_)
    assert found["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"] == config
    assert found["ETag"] != made["ETag"]
    cloudfront.delete_response_headers_policy(Id=id_, IfMatch=found["ETag"])
    gone = refused(cloudfront.get_response_headers_policy, Id=id_)
    assert gone == "NoSuchResponseHeadersPolicy"


def distribution_config(certificate_arn: str = "", *aliases: str) -> dict[str, Any]:
    """A distribution in front of a bucket; without a certificate it has CloudFront's name alone."""
    origins = [
        {
            "Id": "assets",
            "DomainName": "assets.s3.us-west-2.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "OriginAccessControlId": "E123",
        }
    ]
    behavior = {
        "TargetOriginId": "assets",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    certificate = {
        "ACMCertificateArn": certificate_arn,
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SSLSupportMethod": "sni-only",
    }
    default = {"CloudFrontDefaultCertificate": True}
    return {
        "CallerReference": str(uuid.uuid4()),
        "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": origins},
        "DefaultCacheBehavior": behavior,
        "CacheBehaviors": {"Quantity": 1, "Items": [{**behavior, "PathPattern": "/static/*"}]},
        "ViewerCertificate": certificate if certificate_arn else default,
    }


def test_distributions_are_as_asked_for_and_deployed_at_once(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    config = distribution_config(issued(emulator, "asked.example.com", region="us-east-1"))
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": config,
            "Tags": {"Items": [{"Key": "Stack", "Value": "edge"}]},
        }
    )
    id_ = made["Distribution"]["Id"]
    comment = {**config, "Comment": "changed"}
    for _ in range(2):
        found = cloudfront.get_distribution(Id=id_)
        assert found["Distribution"]["Status"] == "Deployed"
        config = found["Distribution"]["DistributionConfig"]
        assert config["Origins"]["Items"][0]["OriginAccessControlId"] == "E123"
        for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]["Items"]):
            assert "ForwardedValues" not in behavior
        assert config["ViewerCertificate"]["CloudFrontDefaultCertificate"] is False
        cloudfront.update_distribution(Id=id_, IfMatch=found["ETag"], DistributionConfig=comment)
    assert cloudfront.get_distribution_config(Id=id_)["DistributionConfig"]["Comment"] == "changed"
    tags = cloudfront.list_tags_for_resource(Resource=made["Distribution"]["ARN"])["Tags"]
    assert tags["Items"] == [{"Key": "Stack", "Value": "edge"}]


def deleted(emulator: Emulator, made: dict[str, Any]) -> None:
    """Disable a distribution, then delete it."""
    cloudfront = emulator.client("cloudfront")
    id_, config = made["Distribution"]["Id"], made["Distribution"]["DistributionConfig"]
    config["Enabled"] = False
    cloudfront.update_distribution(Id=id_, IfMatch=made["ETag"], DistributionConfig=config)
    cloudfront.delete_distribution(Id=id_, IfMatch=made["ETag"])


def test_an_enabled_distribution_stays(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    made = cloudfront.create_distribution(DistributionConfig=distribution_config())
    enabled = {"Id": made["Distribution"]["Id"], "IfMatch": made["ETag"]}
    assert refusal(cloudfront.delete_distribution, **enabled) == (
        "DistributionNotDisabled",
        "The distribution you are trying to delete has not been disabled.",
    )
    deleted(emulator, made)


def test_an_alias_belongs_to_one_distribution(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    arn = issued(emulator, "*.taken.example.com", region="us-east-1")
    config = distribution_config(arn, "www.taken.example.com")
    first = cloudfront.create_distribution(DistributionConfig=config)
    again = distribution_config(arn, "www.taken.example.com")
    taken = (
        "CNAMEAlreadyExists",
        "One or more of the CNAMEs you provided are already associated with a different resource.",
    )
    assert refusal(cloudfront.create_distribution, DistributionConfig=again) == taken
    other = distribution_config(arn, "api.taken.example.com")
    second = cloudfront.create_distribution(DistributionConfig=other)
    arguments = {"Id": second["Distribution"]["Id"], "IfMatch": second["ETag"]}
    changed = {**again, "CallerReference": other["CallerReference"]}
    refused_change = refusal(
        cloudfront.update_distribution, **arguments, DistributionConfig=changed
    )
    assert refused_change == taken
    cloudfront.update_distribution(**arguments, DistributionConfig=other)
    deleted(emulator, first)
    cloudfront.update_distribution(**arguments, DistributionConfig=changed)


@pytest.mark.parametrize(
    ("make", "domain", "region", "message"),
    [
        (certificate, "a.pending.example.org", "us-east-1", "isn't valid"),
        (issued, "a.west.example.org", "us-west-2", "isn't in us-east-1"),
        (issued, "apex.example.org", "us-east-1", "doesn't cover"),
        (issued, "*.example.org", "us-east-1", "doesn't cover"),
        (None, "a.none.example.org", "", "you must attach a trusted certificate"),
    ],
)
def test_a_distribution_needs_a_certificate_of_its_names(
    emulator: Emulator, make: Any, domain: str, region: str, message: str
) -> None:
    arn = make(emulator, domain, region=region) if make else ""
    alias = domain if domain.startswith("a.") else f"a.b.{domain.removeprefix('*.')}"
    cloudfront = emulator.client("cloudfront")
    config = distribution_config(arn, alias)
    code, said = refusal(cloudfront.create_distribution, DistributionConfig=config)
    assert code == "InvalidViewerCertificate"
    assert message in said


def test_what_a_distribution_uses_stays(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    control = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "used",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )
    headers = cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "used",
            "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
        }
    )
    config = distribution_config()
    config["Origins"]["Items"][0]["OriginAccessControlId"] = control["OriginAccessControl"]["Id"]
    policy = headers["ResponseHeadersPolicy"]["Id"]
    config["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] = policy
    made = cloudfront.create_distribution(DistributionConfig=config)
    calls = (
        (cloudfront.delete_origin_access_control, control["OriginAccessControl"]["Id"], control),
        (cloudfront.delete_response_headers_policy, policy, headers),
    )
    refusals = [refusal(call, Id=id_, IfMatch=answer["ETag"]) for call, id_, answer in calls]
    assert refusals == [
        (
            "OriginAccessControlInUse",
            "The CloudFront origin access control is still being used.",
        ),
        (
            "ResponseHeadersPolicyInUse",
            "The specified response headers policy is currently associated with a cache behavior.",
        ),
    ]
    deleted(emulator, made)
    for call, id_, answer in calls:
        call(Id=id_, IfMatch=answer["ETag"])


def test_a_distribution_needs_a_web_acl_that_is_there(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    acl = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/none/{uuid.uuid4()}"
    config = {**distribution_config(), "WebACLId": acl}
    assert refusal(cloudfront.create_distribution, DistributionConfig=config) == (
        "InvalidWebACLId",
        "Web ACL is not accessible by the requester.",
    )


def test_the_name_of_an_origin_access_control_is_taken(emulator: Emulator) -> None:
    config = {
        "Name": "taken",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    create = emulator.client("cloudfront").create_origin_access_control
    create(OriginAccessControlConfig=config)
    code, _ = refusal(create, OriginAccessControlConfig=config)
    assert code == "OriginAccessControlAlreadyExists"
