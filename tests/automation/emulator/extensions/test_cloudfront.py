from typing import Any

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused
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


def distribution_config() -> dict[str, Any]:
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
        "ACMCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/x",
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SSLSupportMethod": "sni-only",
    }
    return {
        "CallerReference": "x",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": origins},
        "DefaultCacheBehavior": behavior,
        "CacheBehaviors": {"Quantity": 1, "Items": [{**behavior, "PathPattern": "/static/*"}]},
        "ViewerCertificate": certificate,
    }


def test_distributions_are_as_asked_for_and_deployed_at_once(emulator: Emulator) -> None:
    cloudfront = emulator.client("cloudfront")
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": distribution_config(),
            "Tags": {"Items": [{"Key": "Stack", "Value": "edge"}]},
        }
    )
    id_ = made["Distribution"]["Id"]
    comment = {**distribution_config(), "Comment": "changed"}
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
