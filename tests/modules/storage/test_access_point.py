from config import Naming
from modules.storage.access_point import AccessPoint, access_point_arn
from tests.synthesized import policy, synthesize


def test_it_answers_only_inside_the_vpc_and_over_tls(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: AccessPoint(
            stack, "point", naming=naming, purpose="assets", bucket="assets", vpc_id="vpc-1"
        )
    )
    point = stack.only("aws_s3_access_point")
    assert point["name"] == "prod-349081-assets"
    assert point["vpc_configuration"] == {"vpc_id": "vpc-1"}
    assert all(point["public_access_block_configuration"].values())
    statement = policy(point["policy"])["DenyInsecureTransport"]
    assert statement["Resource"][0] == access_point_arn(naming, "assets")
