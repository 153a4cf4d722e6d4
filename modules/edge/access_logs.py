"""CloudFront's access logs (standard logging, version 2)."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import (
    CloudwatchLogDelivery,
    CloudwatchLogDeliveryS3DeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from constructs import Construct

from config.naming import Naming

_BY_HOUR = "{DistributionId}/{yyyy}/{MM}/{dd}/{HH}"


class AccessLogs(Construct):
    """Delivers a distribution's access logs to a folder of a bucket, as JSON and by the hour.

    `provider` is the one of us-east-1, where CloudFront's deliveries live; the bucket may be
    elsewhere. The folder is part of the destination: without it, CloudFront would put a path of
    its own before the one that is asked for.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        distribution_arn: str,
        bucket_arn: str,
        folder: str,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        name = naming.name("access-logs")
        source = CloudwatchLogDeliverySource(
            self,
            "source",
            name=name,
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            tags={"Name": name},
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "destination",
            name=name,
            output_format="json",
            delivery_destination_configuration=[
                CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                    destination_resource_arn=f"{bucket_arn}/{folder}"
                )
            ],
            tags={"Name": name},
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            s3_delivery_configuration=[
                CloudwatchLogDeliveryS3DeliveryConfiguration(
                    suffix_path=_BY_HOUR, enable_hive_compatible_path=False
                )
            ],
            tags={"Name": name},
            provider=provider,
        )
