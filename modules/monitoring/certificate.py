"""What Certificate Manager tells about a certificate."""

from modules.monitoring.alarm import Alarm, at_once
from modules.monitoring.metric import DAY, Metric

# Certificate Manager renews well before: what is this close to its end has failed to renew.
# https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
RENEWED_DAYS_BEFORE = 21


def expiry_alarm(certificate_arn: str, *, purpose: str) -> Alarm:
    """Goes off when a certificate was not renewed in time.

    The count ends with the certificate, so silence leaves the alarm as it is.
    https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
    """
    return at_once(
        Alarm(
            purpose=purpose,
            description="The certificate was not renewed: are its validation records still there?",
            metric=Metric(
                namespace="AWS/CertificateManager",
                name="DaysToExpiry",
                statistic="Minimum",
                dimensions={"CertificateArn": certificate_arn},
                period=DAY,
            ),
            comparison_operator="LessThanThreshold",
            threshold=RENEWED_DAYS_BEFORE,
            treat_missing_data="ignore",
            runbook="certificate-expiry",
        )
    )
