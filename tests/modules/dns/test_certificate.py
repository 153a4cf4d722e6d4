import re

import pytest
from cdktf import TerraformOutput, TerraformStack

from config import Naming
from modules.dns.certificate import Certificate
from tests.synthesized import Resource, Synthesized, synthesize, us_east_1

NAMES = ("example.com", "www.example.com", "*.example.com")


def certificates(naming: Naming, *names: str) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        first = Certificate(
            stack,
            "first",
            naming=naming,
            name="web-certificate",
            domain_names=names,
            zone_id="Z0123456789ABC",
        )
        Certificate(
            stack,
            "other",
            naming=naming,
            name="edge-certificate",
            domain_names=names,
            validation_records=first.validation_records,
            provider=us_east_1(stack),
        )

    return synthesize(build)


@pytest.fixture
def both(naming: Naming) -> Synthesized:
    return certificates(naming, *NAMES)


def test_every_name_is_on_both_certificates_which_can_be_told_apart(both: Synthesized) -> None:
    found = both.resources("aws_acm_certificate").values()
    assert {each["tags"]["Name"]: each.get("provider") for each in found} == {
        "prod-349081-web-certificate": None,
        "prod-349081-edge-certificate": "aws.global",
    }
    for certificate in found:
        assert certificate["domain_name"] == "example.com"
        assert certificate["subject_alternative_names"] == ["www.example.com", "*.example.com"]
        assert certificate["validation_method"] == "DNS"
        assert certificate["lifecycle"] == {"create_before_destroy": True}


def records(naming: Naming, *names: str) -> Resource:
    return certificates(naming, *names).only("aws_route53_record")


@pytest.mark.parametrize(
    ("names", "instances"),
    [
        (NAMES, {"example.com": "example.com", "www.example.com": "www.example.com"}),
        (("*.example.com", "example.com"), {"example.com": "*.example.com"}),
        (
            ("example.com", "*.shop.example.com"),
            {"example.com": "example.com", "shop.example.com": "*.shop.example.com"},
        ),
    ],
)
def test_a_name_and_its_wildcard_share_a_record(
    naming: Naming, names: tuple[str, ...], instances: dict[str, str]
) -> None:
    record = records(naming, *names)
    assert record["for_each"] == instances
    for attribute in ("name", "type", "value"):
        (found,) = re.findall(
            rf"\$\{{one\(\[for .*?resource_record_{attribute} .*?\]\)\}}", str(record)
        )
        assert "if option.domain_name == each.value" in found


def test_a_wildcard_that_goes_leaves_the_record_that_it_shares(naming: Naming) -> None:
    with_wildcard, without = (records(naming, *names) for names in (NAMES, NAMES[:-1]))
    assert with_wildcard["for_each"].keys() == without["for_each"].keys()


def test_a_record_stays_as_it_is_when_another_certificate_takes_over(both: Synthesized) -> None:
    record = both.only("aws_route53_record")
    assert record["lifecycle"] == {"ignore_changes": ["name", "type", "records"]}
    # The first certificate may find records that others have left behind.
    assert record["allow_overwrite"] is True


def test_both_validations_wait_for_the_records_in_their_own_region(both: Synthesized) -> None:
    validations = both.resources("aws_acm_certificate_validation")
    assert len(validations) == 2
    (local,) = both.parsed["locals"].items()
    assert "aws_route53_record.first_records" in local[1]
    for id_, validation in validations.items():
        certificate = id_.split("_")[0]
        assert f"aws_acm_certificate.{certificate}" in validation["certificate_arn"]
        assert validation["validation_record_fqdns"] == f"${{local.{local[0]}}}"
        assert validation.get("provider") == ("aws.global" if certificate == "other" else None)


def test_users_of_a_certificate_wait_until_it_is_valid(naming: Naming) -> None:
    def build(stack: TerraformStack) -> None:
        certificate = Certificate(
            stack,
            "certificate",
            naming=naming,
            name="web-certificate",
            domain_names=NAMES,
            zone_id="Z0123456789ABC",
        )
        TerraformOutput(stack, "arn", value=certificate.arn)

    arn = synthesize(build).parsed["output"]["arn"]["value"]
    assert arn.startswith("${aws_acm_certificate_validation.")
