"""The logs tier."""

from constructs import Construct

from config import Settings
from modules.storage.bucket import Bucket
from modules.storage.bucket_policy import log_delivery
from modules.storage.lifecycle import Lifecycle
from stacks.base import TierStack


class LogsStack(TierStack):
    """The bucket to which load balancer, CloudFront and other buckets write their access logs.

    Load balancers and server access logs can only write to SSE-S3, so it needs no key, and so
    nothing before it: it is there, lifecycle and all, before anybody has something to log.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "logs", settings=settings)
        self.bucket = Bucket(
            self,
            "logs",
            naming=self.naming,
            purpose="logs",
            lifecycle=Lifecycle(
                noncurrent_version_days=settings.storage.noncurrent_version_days,
                expiration_days=settings.storage.log_days,
            ),
            statements=log_delivery(self.naming, self.naming.bucket_arn("logs")),
            force_destroy=not settings.deletion_protection,
        )
