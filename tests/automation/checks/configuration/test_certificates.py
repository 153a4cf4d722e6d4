import boto3

from automation.aws.clients import Clients
from automation.checks import lookups
from config import Settings

CLOUDFRONTS = "us-east-1"


def test_where_the_region_is_cloudfronts_own_each_certificate_is_found(
    settings: Settings, session: boto3.Session
) -> None:
    clients = Clients(session, CLOUDFRONTS)
    made = {
        name: clients.in_us_east_1.acm.request_certificate(
            DomainName=settings.domain,
            Tags=[{"Key": "Name", "Value": settings.naming.name(name)}],
        )["CertificateArn"]
        for name in ("web-certificate", "edge-certificate")
    }
    found = lookups.web_certificate(clients, settings)
    assert found["CertificateArn"] == made["web-certificate"]
    found = lookups.edge_certificate(clients, settings)
    assert found["CertificateArn"] == made["edge-certificate"]
