"""The logs tier."""

from constructs import Construct

from config import Settings
from modules.storage.bucket import Bucket
from modules.storage.bucket_policy import log_delivery
from stacks.base import TierStack


class LogsStack(TierStack):
    """The bucket to which load balancer, CloudFront and other buckets write their access logs.

    Load balancers and server access logs can only write to SSE-S3, so it needs no key, and so
    nothing before it. How long logs are kept is in the storage tier: Terraform waits most of a
    minute until S3 is sure of a lifecycle, and whoever logs would wait with it.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "logs", settings=settings)
        self.bucket = Bucket(
            self,
            "logs",
            naming=self.naming,
            purpose="logs",
            lifecycle=None,
            statements=log_delivery(self.naming, self.naming.bucket_arn("logs")),
            force_destroy=not settings.deletion_protection,
        )
