"""A DNS-validated certificate."""

from collections.abc import Sequence
from typing import Self

from cdktf import TerraformIterator, TerraformProvider, TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from config.naming import Naming

_RECORD_TTL_SECONDS = 300


class Certificate(Construct):
    """A certificate for `domain_names`; who uses its `arn` waits until it is valid.

    ACM asks for the same records in every region of an account, so a further certificate for the
    same names is `validated_by` the first and makes no records.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html

    `name` tells it from another one in the same region.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        domain_names: Sequence[str],
        zone_id: str,
        name: str = "certificate",
        validated_by: Self | None = None,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        first, *others = domain_names
        certificate = AcmCertificate(
            self,
            "certificate",
            domain_name=first,
            subject_alternative_names=others,
            validation_method="DNS",
            # A certificate in use cannot be deleted: its successor has to take its place first.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": naming.name(name)},
            provider=provider,
        )
        self._record_fqdns: list[str] = (
            validated_by._record_fqdns if validated_by else self._records(certificate, zone_id)
        )
        validation = AcmCertificateValidation(
            self,
            "validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=self._record_fqdns,
            provider=provider,
        )
        self.arn: str = validation.certificate_arn

    def _records(self, certificate: AcmCertificate, zone_id: str) -> list[str]:
        """The records that ACM looks for; a name and its wildcard share one, so overwrite.

        `TerraformIterator.from_complex_list` would make a list of the set of options, whose length
        Terraform does not know before it has made the certificate; their names it does know.
        """
        options = TerraformIterator.from_map(
            Token.as_any_map(
                f"${{{{ for option in {certificate.fqn}.domain_validation_options : "
                "option.domain_name => option }}"
            )
        )
        records = Route53Record(
            self,
            "records",
            for_each=options,
            zone_id=zone_id,
            name=options.get_string("resource_record_name"),
            type=options.get_string("resource_record_type"),
            records=[options.get_string("resource_record_value")],
            ttl=_RECORD_TTL_SECONDS,
            allow_overwrite=True,
        )
        return Token.as_list(TerraformIterator.from_resources(records).pluck_property("fqdn"))
