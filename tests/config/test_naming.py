import pytest

from config import Naming


def test_names(naming: Naming) -> None:
    assert naming.name("database") == "prod-349081-database"
    assert naming.bucket("logs") == "prod-349081-logs-123456789012"
    assert naming.bucket_arn("logs") == "arn:aws:s3:::prod-349081-logs-123456789012"
    assert naming.path("application/system") == "/prod-349081/application/system"


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (None, "arn:aws:logs:us-west-2:123456789012:log-group:x"),
        ("us-east-1", "arn:aws:logs:us-east-1:123456789012:log-group:x"),
        ("", "arn:aws:logs::123456789012:log-group:x"),
    ],
)
def test_arns(naming: Naming, region: str | None, expected: str) -> None:
    assert naming.arn("logs", "log-group:x", region=region) == expected


def test_required_tags(naming: Naming) -> None:
    assert naming.tags == {
        "Environment": "prod",
        "Application": "349081",
        "Owner": "platform",
        "CostCenter": "web",
        "DataClassification": "confidential",
        "Compliance": "soc2",
        "ManagedBy": "terrace",
    }
