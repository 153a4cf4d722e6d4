from tests.conftest import Tiers


def test_the_load_balancer_is_in_public_subnets_and_has_the_groups_of_its_ports(
    prod: Tiers,
) -> None:
    balancer = prod["web"].only("aws_lb")
    assert len(balancer["subnets"]) == 3
    assert all("vpc_public_subnet" in each for each in balancer["subnets"])
    https, http = balancer["security_groups"]
    assert "security-groups_web_" in https
    assert "security-groups_web-http_" in http


def test_it_logs_to_the_log_bucket_once_that_lets_it(prod: Tiers) -> None:
    bucket = prod["web"].only("aws_lb")["access_logs"]["bucket"]
    assert "input-logs.outputs.cross-stack-output-aws_s3_bucket_policy" in bucket


def test_a_certificate_is_beside_who_uses_it(platform: Tiers) -> None:
    """One in use cannot be deleted: its successor is taken over first, in the same stack."""
    users = {
        "web": ("aws_lb_listener", None),
        "edge": ("aws_cloudfront_distribution", "aws.global"),
    }
    with_certificates = {
        tier for tier, stack in platform.items() if stack.resources("aws_acm_certificate")
    }
    assert with_certificates == users.keys()
    for tier, (kind, provider) in users.items():
        certificate = platform[tier].only("aws_acm_certificate")
        assert certificate["lifecycle"] == {"create_before_destroy": True}
        assert certificate.get("provider") == provider
        used = "${aws_acm_certificate_validation.certificate_validation"
        assert used in str(platform[tier].resources(kind))


def test_the_records_that_validate_both_certificates_are_in_the_zone(prod: Tiers) -> None:
    records = prod["web"].only("aws_route53_record")
    assert "input-dns.outputs" in records["zone_id"]
    by = prod["edge"].only("aws_acm_certificate_validation")["validation_record_fqdns"]
    assert "input-web.outputs.cross-stack-output-localcertificate_validation-records" in by


def test_certificates_can_be_told_apart_where_both_are_in_one_region(options: Tiers) -> None:
    names = set()
    for tier in ("web", "edge"):
        assert {each["region"] for each in options[tier].parsed["provider"]["aws"]} == {"us-east-1"}
        names.add(options[tier].only("aws_acm_certificate")["tags"]["Name"])
    assert len(names) == 2


def test_it_says_where_the_load_balancer_is(prod: Tiers) -> None:
    outputs = prod["web"].parsed["output"]
    assert outputs["load_balancer_dns_name"]["value"].endswith(".dns_name}")


def test_cloudfront_is_made_beside_the_database_and_the_application(platform: Tiers) -> None:
    """Neither it nor what it asks waits for them, not even by way of others."""
    upstreams = {
        tier: {
            id_.removeprefix("cross-stack-reference-input-")
            for id_ in stack.parsed.get("data", {}).get("terraform_remote_state", {})
        }
        for tier, stack in platform.items()
    }

    def all_before(tier: str) -> set[str]:
        return upstreams[tier].union(*(all_before(each) for each in upstreams[tier]))

    assert not all_before("edge") & {"database", "application"}
    assert "web" in all_before("edge") & all_before("application")
    assert not upstreams["logs"]
