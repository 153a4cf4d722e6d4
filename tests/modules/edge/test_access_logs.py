import pytest
from cdktf import TerraformStack

from config import Naming
from modules.edge.access_logs import AccessLogs
from tests.synthesized import Synthesized, synthesize, us_east_1


@pytest.fixture
def logs(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        AccessLogs(
            stack,
            "access-logs",
            naming=naming,
            distribution_arn="distribution-arn",
            bucket_arn="arn:aws:s3:::logs",
            folder="cloudfront",
            provider=us_east_1(stack),
        )

    return synthesize(build)


def test_logs_go_from_the_distribution_to_a_folder_of_the_bucket(logs: Synthesized) -> None:
    assert logs.has(
        "aws_cloudwatch_log_delivery_source",
        name="prod-349081-access-logs",
        log_type="ACCESS_LOGS",
        resource_arn="distribution-arn",
        provider="aws.global",
    )
    assert logs.has(
        "aws_cloudwatch_log_delivery_destination",
        name="prod-349081-access-logs",
        output_format="json",
        delivery_destination_configuration=[
            {"destination_resource_arn": "arn:aws:s3:::logs/cloudfront"}
        ],
        provider="aws.global",
    )


def test_the_delivery_waits_for_both_ends(logs: Synthesized) -> None:
    delivery = logs.only("aws_cloudwatch_log_delivery")
    assert "aws_cloudwatch_log_delivery_source.access-logs" in delivery["delivery_source_name"]
    destination = delivery["delivery_destination_arn"]
    assert "aws_cloudwatch_log_delivery_destination.access-logs" in destination
    (path,) = delivery["s3_delivery_configuration"]
    assert path["suffix_path"] == "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"
    assert delivery["provider"] == "aws.global"
