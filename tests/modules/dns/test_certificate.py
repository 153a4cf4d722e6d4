import pytest
from cdktf import TerraformOutput, TerraformStack

from config import Naming
from modules.dns.certificate import Certificate
from tests.synthesized import Synthesized, synthesize, us_east_1

NAMES = ("example.com", "www.example.com", "*.example.com")


@pytest.fixture
def certificates(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        regional = Certificate(
            stack, "regional", naming=naming, domain_names=NAMES, zone_id="Z0123456789ABC"
        )
        Certificate(
            stack,
            "global",
            naming=naming,
            domain_names=NAMES,
            zone_id="Z0123456789ABC",
            validated_by=regional,
            provider=us_east_1(stack),
        )

    return synthesize(build)


def test_every_name_is_on_both_certificates(certificates: Synthesized) -> None:
    both = certificates.resources("aws_acm_certificate").values()
    assert [each.get("provider") for each in both] == ["aws.global", None]
    for certificate in both:
        assert certificate["domain_name"] == "example.com"
        assert certificate["subject_alternative_names"] == ["www.example.com", "*.example.com"]
        assert certificate["validation_method"] == "DNS"
        assert certificate["lifecycle"] == {"create_before_destroy": True}


def test_records_are_made_once_for_names_that_a_first_plan_knows(
    certificates: Synthesized,
) -> None:
    record = certificates.only("aws_route53_record")
    # A list made of the set of options would be unknown until the certificate exists.
    assert "tolist" not in record["for_each"]
    assert "option.domain_name => option" in record["for_each"]
    assert record["name"] == "${each.value.resource_record_name}"
    assert record["type"] == "${each.value.resource_record_type}"
    assert record["records"] == ["${each.value.resource_record_value}"]
    assert record["allow_overwrite"] is True


def test_both_validations_wait_for_the_records_in_their_own_region(
    certificates: Synthesized,
) -> None:
    validations = certificates.resources("aws_acm_certificate_validation")
    assert len(validations) == 2
    for id_, validation in validations.items():
        region = id_.split("_")[0]
        assert f"aws_acm_certificate.{region}" in validation["certificate_arn"]
        assert "aws_route53_record.regional_records" in validation["validation_record_fqdns"]
        assert validation.get("provider") == ("aws.global" if region == "global" else None)


def test_users_of_a_certificate_wait_until_it_is_valid(naming: Naming) -> None:
    def build(stack: TerraformStack) -> None:
        certificate = Certificate(
            stack, "certificate", naming=naming, domain_names=NAMES, zone_id="Z0123456789ABC"
        )
        TerraformOutput(stack, "arn", value=certificate.arn)

    arn = synthesize(build).parsed["output"]["arn"]["value"]
    assert arn.startswith("${aws_acm_certificate_validation.")
