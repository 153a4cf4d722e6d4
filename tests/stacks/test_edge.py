import json

from tests.conftest import Tiers
from tests.synthesized import Resource


def origins(platform: Tiers) -> dict[str, Resource]:
    distribution = platform["edge"].only("aws_cloudfront_distribution")
    return {origin["origin_id"]: origin for origin in distribution["origin"]}


def test_the_load_balancer_of_the_web_tier_answers_dynamic_paths(platform: Tiers) -> None:
    domain = origins(platform)["application"]["domain_name"]
    assert "remote_state.cross-stack-reference-input-web" in domain
    assert "dns_name" in domain


def test_the_assets_bucket_of_the_storage_tier_answers_static_paths(platform: Tiers) -> None:
    domain = origins(platform)["assets"]["domain_name"]
    assert "remote_state.cross-stack-reference-input-storage" in domain
    assert "bucketassets" in domain
    pages = platform["edge"].resources("aws_s3_object").values()
    assert pages
    for page in pages:
        assert "remote_state.cross-stack-reference-input-storage" in page["bucket"]
        assert "assets" in page["bucket"]


def test_the_origin_secret_is_read_where_it_is_kept_and_never_put_out(platform: Tiers) -> None:
    edge = platform["edge"].parsed
    (secret,) = edge["data"]["aws_secretsmanager_secret_version"].values()
    assert "remote_state.cross-stack-reference-input-web" in secret["secret_id"]
    assert "remote_state.cross-stack-reference-input-web" in secret["version_id"]
    assert "secret_string" not in json.dumps(edge["output"])
    (header,) = origins(platform)["application"]["custom_header"]
    assert header["name"] == "X-Origin-Verify"
    assert header["value"].endswith(".secret_string}")


def test_viewers_get_the_validated_certificate_of_us_east_1(platform: Tiers) -> None:
    certificate = platform["edge"].only("aws_cloudfront_distribution")["viewer_certificate"]
    arn = certificate["acm_certificate_arn"]
    assert arn.startswith("${aws_acm_certificate_validation.certificate_validation")
    validation = platform["edge"].only("aws_acm_certificate_validation")
    assert validation["provider"] == "aws.global"


def test_the_web_acl_guards_the_distribution(platform: Tiers) -> None:
    edge = platform["edge"]
    guard = edge.only("aws_cloudfront_distribution")["web_acl_id"]
    assert guard.startswith("${aws_wafv2_web_acl.")
    assert guard.endswith(".arn}")


def test_every_name_of_the_site_leads_to_the_distribution(prod: Tiers) -> None:
    edge = prod["edge"]
    names = edge.only("aws_cloudfront_distribution")["aliases"]
    assert names == ["example.com", "www.example.com"]
    records = edge.resources("aws_route53_record").values()
    assert {record["name"] for record in records} == set(names)
    for record in records:
        assert "cross-stack-reference-input-dns" in record["zone_id"]
        assert "aws_cloudfront_distribution.distribution" in record["alias"]["name"]


def test_access_logs_go_to_the_folder_that_cloudfront_may_write(platform: Tiers) -> None:
    destination = platform["edge"].only("aws_cloudwatch_log_delivery_destination")
    (configuration,) = destination["delivery_destination_configuration"]
    arn = configuration["destination_resource_arn"]
    assert "remote_state.cross-stack-reference-input-logs" in arn
    assert arn.endswith("/cloudfront")


def test_the_site_s_address_is_an_output(prod: Tiers) -> None:
    edge = prod["edge"]
    assert edge.parsed["output"]["site_url"]["value"] == "https://example.com/"
    assert "aws_cloudfront_distribution" in edge.parsed["output"]["distribution_id"]["value"]


def test_what_protects_cloudfront_lives_in_us_east_1(platform: Tiers) -> None:
    edge = platform["edge"]
    global_only = (
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_cloudwatch_log_delivery",
        "aws_cloudwatch_log_delivery_destination",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_resource_policy",
        "aws_wafv2_web_acl",
        "aws_wafv2_web_acl_logging_configuration",
    )
    for resource_type in global_only:
        assert edge.only(resource_type)["provider"] == "aws.global", resource_type
