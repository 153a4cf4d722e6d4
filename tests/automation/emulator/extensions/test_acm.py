from automation.emulator import Emulator


def test_what_acm_issued_it_renews(emulator: Emulator) -> None:
    acm = emulator.client("acm")
    made = acm.request_certificate(DomainName="renewed.example.com", ValidationMethod="DNS")
    found = acm.describe_certificate(CertificateArn=made["CertificateArn"])["Certificate"]
    assert (found["Status"], found["RenewalEligibility"]) == ("ISSUED", "ELIGIBLE")
