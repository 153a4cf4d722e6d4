"""Corrections of moto, a file for each AWS service: calls that it lacks, values that it loses."""

from collections.abc import Mapping

from moto.core.responses import BaseResponse

from automation.emulator.extensions import (
    acm,
    autoscaling,
    cloudfront,
    ec2,
    elbv2,
    route53,
    s3,
    secretsmanager,
)
from automation.emulator.extensions.acm import Acm
from automation.emulator.extensions.autoscaling import AutoScaling
from automation.emulator.extensions.backup import Backup
from automation.emulator.extensions.cloudformation import CloudFormation
from automation.emulator.extensions.cloudfront import CloudFront
from automation.emulator.extensions.cloudwatch import CloudWatch
from automation.emulator.extensions.ec2 import Ec2
from automation.emulator.extensions.elbv2 import Elbv2
from automation.emulator.extensions.iam import Iam
from automation.emulator.extensions.kms import Kms
from automation.emulator.extensions.logs import Logs
from automation.emulator.extensions.rds import Rds
from automation.emulator.extensions.secretsmanager import SecretsManager
from automation.emulator.extensions.servicequotas import ServiceQuotas
from automation.emulator.extensions.sns import Sns
from automation.emulator.extensions.ssm import Ssm
from automation.emulator.extensions.wafv2 import Wafv2
from automation.emulator.extensions.xray import XRay

RESPONSES: Mapping[str, type[BaseResponse]] = {
    "acm": Acm,
    "autoscaling": AutoScaling,
    "backup": Backup,
    "cloudformation": CloudFormation,
    "cloudfront": CloudFront,
    "cloudwatch": CloudWatch,
    "ec2": Ec2,
    # Classic load balancers have the same host; Terrace has none.
    "elb": Elbv2,
    "iam": Iam,
    "kms": Kms,
    "logs": Logs,
    "rds": Rds,
    "secretsmanager": SecretsManager,
    "servicequotas": ServiceQuotas,
    "sns": Sns,
    "ssm": Ssm,
    "wafv2": Wafv2,
    "xray": XRay,
}


def install() -> None:
    """Correct moto's own models, for as long as this process lives."""
    for service in (acm, autoscaling, cloudfront, ec2, elbv2, route53, s3, secretsmanager):
        service.install()
