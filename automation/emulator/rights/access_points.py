"""Access points of S3: a call through one is decided there and at its bucket, by both policies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
"""

from collections.abc import Mapping

from automation.emulator.calls import ApiCall
from automation.emulator.rights.records import Records

_ACCESS_POINT = ":accesspoint/"


def keys(arn: str, account: Records) -> dict[str, str]:
    """The condition keys of a call through an access point, whichever of both is asked."""
    point = account.access_point(arn) if _ACCESS_POINT in arn else None
    if point is None:
        return {}
    return {
        "s3:DataAccessPointArn": point.arn,
        "s3:DataAccessPointAccount": account.account_id,
        "s3:AccessPointNetworkOrigin": point.network_origin,
    }


def behind(arn: str, account: Records) -> str:
    """The ARN in the bucket of what an access point leads to."""
    _, found, key = arn.partition("/object/")
    bucket = f"arn:aws:s3:::{account.access_point(arn).bucket}"
    return f"{bucket}/{key}" if found else bucket


def reached(call: ApiCall, account: Records, origin: Mapping[str, str]) -> bool:
    """Whether a call comes from where its access point, if it has one, takes calls from.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-vpc.html
    """
    name = call.parameters.get("Bucket") if call.service == "s3" else None
    point = account.access_point(name) if name else None
    return point is None or point.vpc_id in (None, origin.get("aws:SourceVpc"))
