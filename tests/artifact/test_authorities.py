from datetime import UTC, datetime

import pytest
from cryptography import x509

from artifact import ArtifactError, authorities

REGIONS = [
    line.removeprefix("# ").strip()
    for line in authorities.FILE.read_text(encoding="utf-8").splitlines()
    if line.startswith("# ")
]


@pytest.mark.parametrize("region", REGIONS)
def test_a_regions_authorities_are_its_own_and_sign_for_long(region: str) -> None:
    found = x509.load_pem_x509_certificates(authorities.of(region).encode())
    names = {
        str(each.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
        for each in found
    }
    kinds = ("ECC384", "RSA2048", "RSA4096")
    assert names == {f"Amazon RDS {region} Root CA {kind} G1" for kind in kinds}
    for each in found:
        each.verify_directly_issued_by(each)
        assert each.not_valid_after_utc > datetime(2060, 1, 1, tzinfo=UTC)


def test_an_unknown_region_says_where_its_authorities_are() -> None:
    with pytest.raises(ArtifactError) as refusal:
        authorities.of("mx-central-1")
    assert str(refusal.value) == (
        'region: received "mx-central-1", whose database authorities are unknown here: add '
        "https://truststore.pki.rds.amazonaws.com/mx-central-1/mx-central-1-bundle.pem to "
        "artifact/rds-ca.pem below a line `# mx-central-1`"
    )


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("us-wset-2", "did you mean us-west-2?"),
        ("eu-centrl-1", "did you mean eu-central-1?"),
        ("sa-xxxxxxxxx-9", f"use one of: {', '.join(REGIONS)}"),
    ],
)
def test_a_mistyped_region_is_not_asked_for_certificates(region: str, hint: str) -> None:
    with pytest.raises(ArtifactError) as refusal:
        authorities.of(region)
    assert str(refusal.value) == (f'region: received "{region}", which is no region of AWS; {hint}')
