"""A DNS-validated certificate."""

from collections.abc import Sequence

from cdktf import (
    TerraformIterator,
    TerraformLocal,
    TerraformProvider,
    TerraformResourceLifecycle,
)
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from config.naming import Naming

_RECORD_TTL_SECONDS = 300
_WILDCARD = "*."


class Certificate(Construct):
    """A certificate for `domain_names`; who uses its `arn` waits until it is valid.

    It belongs into the stack that uses it: one in use cannot be deleted, so that a successor has to
    take its place with the user first.

    ACM asks for the same records in every region of an account, whatever the certificate: those of
    the first one go into its `zone_id`, and others are told its `validation_records`.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html

    `name` tells it from another one in the same region.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        name: str,
        domain_names: Sequence[str],
        zone_id: str | None = None,
        validation_records: Sequence[str] | None = None,
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
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": naming.name(name)},
            provider=provider,
        )
        if zone_id is not None:
            validation_records = self._records(certificate, domain_names, zone_id)
        self.validation_records = validation_records
        validation = AcmCertificateValidation(
            self,
            "validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=validation_records,
            provider=provider,
        )
        self.arn: str = validation.certificate_arn

    def _records(
        self, certificate: AcmCertificate, domain_names: Sequence[str], zone_id: str
    ) -> list[str]:
        """The names of the records that ACM looks for; a name and its wildcard share one.

        They are the same for every certificate of an account, so what is there stays as it is when
        another certificate takes over, and goes when the last of its names is gone.
        """
        # Keyed by what the names have in common, with the name whose option tells the record.
        names = {each.removeprefix(_WILDCARD): each for each in reversed(domain_names)}
        records = Route53Record(
            self,
            "records",
            for_each=TerraformIterator.from_map(names),
            zone_id=zone_id,
            name=_option(certificate, "resource_record_name"),
            type=_option(certificate, "resource_record_type"),
            records=[_option(certificate, "resource_record_value")],
            ttl=_RECORD_TTL_SECONDS,
            allow_overwrite=True,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["name", "type", "records"]),
        )
        fqdns = TerraformIterator.from_resources(records).pluck_property("fqdn")
        return TerraformLocal(self, "validation-records", fqdns).as_list


def _option(certificate: AcmCertificate, attribute: str) -> str:
    """What ACM asks for to validate the name of the record's iteration."""
    options = f"for option in {certificate.fqn}.domain_validation_options"
    wanted = "if option.domain_name == each.value"
    return f"${{one([{options} : option.{attribute} {wanted}])}}"
