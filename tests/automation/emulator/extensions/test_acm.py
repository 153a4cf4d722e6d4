from automation.emulator import Emulator
from tests.automation.emulator.calls import (
    balancer,
    certificate,
    issued,
    network,
    publish,
    refusal,
)
from tests.automation.emulator.conftest import ACCOUNT
from tests.automation.emulator.extensions.test_cloudfront import distribution_config

NOT_YET_KNOWN = {"IssuedAt", "NotAfter", "NotBefore", "Serial"}


def test_a_certificate_waits_for_its_records_and_then_is_renewed(emulator: Emulator) -> None:
    acm = emulator.client("acm")
    arn = certificate(emulator, "renewed.example.com")
    for _ in range(2):
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        assert found["Status"] == "PENDING_VALIDATION"
        assert not NOT_YET_KNOWN & set(found)
    route53 = emulator.client("route53")
    zone = route53.create_hosted_zone(Name="renewed.example.com", CallerReference=arn)
    publish(emulator, arn, zone["HostedZone"]["Id"])
    found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (found["Status"], found["RenewalEligibility"]) == ("ISSUED", "ELIGIBLE")
    assert set(found) > NOT_YET_KNOWN
    publish(emulator, arn, zone["HostedZone"]["Id"], action="DELETE")
    found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert found["Status"] == "ISSUED"


def test_a_record_in_a_private_zone_validates_nothing(emulator: Emulator) -> None:
    vpc, _ = network(emulator)
    arn = certificate(emulator, "private.example.com")
    zone = emulator.client("route53").create_hosted_zone(
        Name="private.example.com",
        CallerReference=arn,
        VPC={"VPCRegion": emulator.region, "VPCId": vpc},
        HostedZoneConfig={"PrivateZone": True},
    )
    publish(emulator, arn, zone["HostedZone"]["Id"])
    found = emulator.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    assert found["Status"] == "PENDING_VALIDATION"


def test_a_certificate_stays_while_a_listener_has_it(emulator: Emulator) -> None:
    acm, elbv2 = emulator.client("acm"), emulator.client("elbv2")
    _, subnets = network(emulator)
    first, second = issued(emulator, "listener.example.com"), issued(emulator, "sni.example.com")
    arn = balancer(emulator, "certificates", subnets)
    listener = elbv2.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": first}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    elbv2.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": second}])
    for each in (first, second):
        message = f"Certificate {each} in account {ACCOUNT} is in use."
        refused = refusal(acm.delete_certificate, CertificateArn=each)
        assert refused == ("ResourceInUseException", message)
        described = acm.describe_certificate(CertificateArn=each)["Certificate"]
        assert described["InUseBy"] == [arn]
    elbv2.remove_listener_certificates(
        ListenerArn=listener, Certificates=[{"CertificateArn": second}]
    )
    acm.delete_certificate(CertificateArn=second)
    elbv2.delete_listener(ListenerArn=listener)
    assert acm.describe_certificate(CertificateArn=first)["Certificate"]["InUseBy"] == []
    acm.delete_certificate(CertificateArn=first)


def test_a_certificate_stays_while_a_distribution_has_it(emulator: Emulator) -> None:
    acm, cloudfront = emulator.client("acm", region="us-east-1"), emulator.client("cloudfront")
    arn = issued(emulator, "distribution.example.com", region="us-east-1")
    made = cloudfront.create_distribution(DistributionConfig=distribution_config(arn))
    id_, config = made["Distribution"]["Id"], made["Distribution"]["DistributionConfig"]
    code, _ = refusal(acm.delete_certificate, CertificateArn=arn)
    assert code == "ResourceInUseException"
    config["Enabled"] = False
    cloudfront.update_distribution(Id=id_, IfMatch=made["ETag"], DistributionConfig=config)
    cloudfront.delete_distribution(Id=id_, IfMatch=made["ETag"])
    acm.delete_certificate(CertificateArn=arn)
